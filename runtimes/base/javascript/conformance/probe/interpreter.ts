// The probe: takes the steps of a payload one after another. It waits only if a step does, so the handlers that
// share it cover both: functions that return, and functions that return a promise.
import type { Call, Value } from "./portable.ts";
import { steps } from "./steps.ts";

type Handler = (req: Value, res: Value) => unknown;

function run(list: Value[], call: Call): unknown {
  for (const [index, step] of list.entries()) {
    const rest = list.slice(index + 1);
    if (step.do === "spawn") {
      setTimeout(() => run(rest, call), step.ms);
      return undefined;
    }
    if (!Object.hasOwn(steps, step.do)) throw new Error(`the probe has no step ${JSON.stringify(step.do)}`);
    const waiting = steps[step.do](step, call);
    if (waiting instanceof Promise) return waiting.then(() => run(rest, call));
  }
  return undefined;
}

/** The handler of one file of the probe, with a load mark and a count of its own. */
export default function createProbe(file: string): Handler {
  const load = crypto.randomUUID();
  let count = 0;

  return (req, res) => {
    count += 1;
    const own = count;
    const { payload, env, headers } = req;
    const echo = () => res.json({ file, load, count: own, payload, env, headers });
    const has = (name: string) => Object.hasOwn(Object(payload), name);
    if (has("steps")) return run(payload.steps, { req, res, notes: { nonce: payload.nonce ?? null }, echo });
    return has("value") ? res.json(payload.value) : echo();
  };
}
