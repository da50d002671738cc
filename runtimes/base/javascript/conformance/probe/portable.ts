// The steps of the probe that are the same in each runtime of this family, as `conformance/PROBE.md` lists them. Each
// gets itself and its call. Those that wait return a promise.

// deno-lint-ignore no-explicit-any -- whatever a payload holds
export type Value = any;

/** What a step works with: the handler's arguments, the notes for `answer`, and `echo`. */
export type Call = { req: Value; res: Value; notes: Value; echo: () => void };

export type Steps = Record<string, (step: Value, call: Call) => unknown>;

export const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function deliberate(text: string): never {
  throw new Error(text);
}

export const portable: Steps = {
  echo: (_step, call) => call.echo(),
  answer: (_step, { notes, res }) => res.json(notes),
  send: ({ text, times = 1, status, headers }, { res }) => res.send(text.repeat(times), status, headers),
  json: ({ value, status, headers }, { res }) => res.json(value, status, headers),
  bytes: ({ base64, status, headers }, { res }) => res.bytes(Uint8Array.fromBase64(base64), status, headers),
  unencodable: (_step, { res }) => {
    const cycle: Value = {};
    cycle.itself = cycle;
    res.json(cycle);
  },
  nan: ({ which }, { res }) => {
    res.json({ value: ({ nan: NaN, infinity: Infinity, "-infinity": -Infinity } as Value)[which] });
  },

  throw: ({ text }) => deliberate(text),
  sleep: ({ ms }) => sleep(ms),
  pass: () => {},
  print: ({ text, to }) => (to === "stderr" ? console.error(text) : console.log(text)),
  set: ({ name, text }, { req }) => {
    for (const field of [req.payload, req.env, req.headers]) field[name] = text;
  },
};
