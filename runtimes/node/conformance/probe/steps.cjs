'use strict';

// The steps of the probe, as `conformance/PROBE.md` lists them. Each gets itself and its call: `req`, `res`, the
// `notes` for `answer`, and `echo`. Those that wait return a promise. What only one step needs it loads itself:
// the probe is also what the stopwatch boots.

const fs = require('node:fs');

const sleep = (ms) =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

function deliberate(text) {
  throw new Error(text);
}

const namesIn = (folder) => (fs.existsSync(folder) ? fs.readdirSync(folder).sort() : []);

module.exports = {
  echo: (_step, call) => call.echo(),
  answer: (_step, { notes, res }) => res.json(notes),
  send: ({ text, times = 1, status, headers }, { res }) => res.send(text.repeat(times), status, headers),
  json: ({ value, status, headers }, { res }) => res.json(value, status, headers),
  bytes: ({ base64, status, headers }, { res }) => res.bytes(Buffer.from(base64, 'base64'), status, headers),
  unencodable: (_step, { res }) => {
    const cycle = {};
    cycle.itself = cycle;
    res.json(cycle);
  },
  nan: ({ which }, { res }) => {
    res.json({ value: { nan: NaN, infinity: Infinity, '-infinity': -Infinity }[which] });
  },

  throw: ({ text }) => deliberate(text),
  sleep: ({ ms }) => sleep(ms),
  pass: () => {},
  print: ({ text, to }) => (to === 'stderr' ? console.error(text) : console.log(text)),
  set: ({ name, text }, { req }) => {
    for (const field of [req.payload, req.env, req.headers]) field[name] = text;
  },

  environ: (_step, { notes }) => {
    const processes = {};
    for (const id of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        processes[id] = fs.readFileSync(`/proc/${id}/environ`, 'utf8').replaceAll('\0', '\n');
      } catch {
        // Of another user, or gone by now.
      }
    }
    Object.assign(notes, { variables: { ...process.env }, processes });
  },
  meet: async ({ folder, name, until }) => {
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(`${folder}/${name}`, '');
    while (namesIn(folder).filter((other) => !other.endsWith('.done')).length < until) await sleep(5);
    fs.writeFileSync(`${folder}/${name}.done`, '');
  },
  list: ({ folder }, { notes }) => {
    notes.names = namesIn(folder);
  },

  exit: ({ code }) => process.exit(code),
  kill: () => process.kill(process.pid, 'SIGKILL'),
  orphans: async ({ times }) => {
    const { spawn } = require('node:child_process');
    for (let i = 0; i < times; i += 1) {
      await new Promise((resolve, reject) => {
        spawn('sh', ['-c', 'sleep 0.05 &'], { stdio: 'ignore' }).on('error', reject).on('exit', resolve);
      });
    }
  },
  dependency: (_step, { notes }) => {
    const ms = require('ms');
    if (ms('2 days') !== 172_800_000) throw new Error('the dependency does not do what it is for');
    const { name, version } = require('ms/package.json');
    Object.assign(notes, { name, version });
  },
};
