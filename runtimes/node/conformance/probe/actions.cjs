'use strict';

// The actions of the probe, as the README above this folder lists them. Those that need not wait do not,
// so the handlers that share them cover both: functions that return, and functions that return a promise.

const fs = require('node:fs');
const path = require('node:path');

const sleep = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

function deliberate(message) {
  throw new Error(message);
}

const actions = {
  send: ({ payload: { text, times = 1, status, headers } }, res) => res.send(text.repeat(times), status, headers),
  json: ({ payload: { value, status, headers } }, res) => res.json(value, status, headers),
  bytes: ({ payload: { base64, status, headers } }, res) => res.bytes(Buffer.from(base64, 'base64'), status, headers),
  unencodable: (req, res) => {
    const cycle = {};
    cycle.itself = cycle;
    res.json(cycle);
  },
  'not-a-number': ({ payload: { which } }, res) => {
    res.json({ value: { nan: NaN, infinity: Infinity, '-infinity': -Infinity }[which] });
  },

  throw: ({ payload: { message } }) => deliberate(message),
  'throw-later': async ({ payload: { message } }) => {
    await sleep(1);
    deliberate(message);
  },
  silent: () => {},
  twice: ({ payload: { first, second } }, res) => {
    res.send(first);
    res.send(second);
  },
  'send-then-throw': ({ payload: { text, message } }, res) => {
    res.send(text);
    deliberate(message);
  },
  'answer-late': ({ payload: { text } }, res) => {
    setTimeout(() => res.send(text), 50);
  },
  stray: ({ payload: { text, message } }, res) => {
    res.send(text);
    setTimeout(() => deliberate(message), 50);
  },

  print: ({ payload: { nonce, stdout, stderr } }, res) => {
    for (const line of stdout) console.log(line);
    for (const line of stderr) console.error(line);
    res.json({ nonce });
  },
  environment: ({ payload: { nonce } }, res) => {
    const processes = {};
    for (const id of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        processes[id] = fs.readFileSync(`/proc/${id}/environ`, 'utf8').replaceAll('\0', '\n');
      } catch {
        // Of another user, or gone by now.
      }
    }
    res.json({ nonce, variables: { ...process.env }, processes });
  },
  meet: async ({ payload: { nonce, folder, name, until } }, res) => {
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, name), '');
    while (fs.readdirSync(folder).filter((entry) => !entry.endsWith('.done')).length < until) await sleep(5);
    fs.writeFileSync(path.join(folder, `${name}.done`), '');
    res.json({ nonce });
  },
  list: ({ payload: { nonce, folder } }, res) => {
    const names = fs.existsSync(folder) ? fs.readdirSync(folder).sort() : [];
    res.json({ nonce, names });
  },

  exit: ({ payload: { code } }) => process.exit(code),
  kill: () => process.kill(process.pid, 'SIGKILL'),
  // What only one action needs it loads itself: the probe is also what the stopwatch boots.
  orphans: async ({ payload: { nonce, count } }, res) => {
    const { spawn } = require('node:child_process');
    for (let i = 0; i < count; i += 1) {
      await new Promise((resolve, reject) => {
        spawn('sh', ['-c', 'sleep 0.05 &'], { stdio: 'ignore' }).on('error', reject).on('exit', resolve);
      });
    }
    res.json({ nonce });
  },
  dependency: ({ payload: { nonce } }, res) => {
    const ms = require('ms');
    if (ms('2 days') !== 172_800_000) throw new Error('the dependency does not do what it is for');
    const { name, version } = require('ms/package.json');
    res.json({ nonce, name, version });
  },
};

/** The handler of one file of the probe, with a load mark and a count of its own. */
module.exports = function createProbe(file) {
  const load = `${Date.now()}-${Math.random()}`;
  let count = 0;
  const echo = ({ payload, env, headers }, res) => res.json({ file, load, count, payload, env, headers });
  const mutate = (req, res) => {
    const { nonce } = req.payload;
    for (const field of [req.payload, req.env, req.headers]) field.mutated = nonce;
    echo(req, res);
  };

  const all = { ...actions, echo, mutate };

  return (req, res) => {
    count += 1;
    const action = Object.hasOwn(Object(req.payload), 'action') ? req.payload.action : 'echo';
    const act = Object.hasOwn(all, action) ? all[action] : undefined;
    if (!act) throw new Error(`the probe has no action ${JSON.stringify(action)}`);
    return act(req, res);
  };
};
