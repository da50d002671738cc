'use strict';

// The probe: takes the steps of a payload one after another. It waits only if a step does, so the handlers that
// share it cover both: functions that return, and functions that return a promise.

function take(step, call) {
  const steps = require('./steps.cjs'); // loaded by the first step: the stopwatch boots the probe and takes none
  if (!Object.hasOwn(steps, step.do)) throw new Error(`the probe has no step ${JSON.stringify(step.do)}`);
  return steps[step.do](step, call);
}

function run(list, call) {
  for (const [index, step] of list.entries()) {
    const rest = list.slice(index + 1);
    if (step.do === 'spawn') {
      setTimeout(() => run(rest, call), step.ms);
      return undefined;
    }
    const waiting = take(step, call);
    if (waiting instanceof Promise) return waiting.then(() => run(rest, call));
  }
  return undefined;
}

/** The handler of one file of the probe, with a load mark and a count of its own. */
module.exports = function createProbe(file) {
  const load = `${Date.now()}-${Math.random()}`;
  let count = 0;

  return (req, res) => {
    count += 1;
    const own = count;
    const { payload, env, headers } = req;
    const echo = () => res.json({ file, load, count: own, payload, env, headers });
    const has = (name) => Object.hasOwn(Object(payload), name);
    if (has('steps')) return run(payload.steps, { req, res, notes: { nonce: payload.nonce }, echo });
    return has('value') ? res.json(payload.value) : echo();
  };
};
