// The steps of the probe, as `conformance/PROBE.md` lists them. Each gets itself and its call. Those that wait return
// a promise.

// deno-lint-ignore no-explicit-any -- whatever a payload holds
export type Value = any;

/** What a step works with: the handler's arguments, the notes for `answer`, and `echo`. */
export type Call = { req: Value; res: Value; notes: Value; echo: () => void };

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

// What only some steps need they load themselves: the probe is also what the stopwatch boots.
const fs = () => import("node:fs");

function deliberate(text: string): never {
  throw new Error(text);
}

export const steps: Record<string, (step: Value, call: Call) => unknown> = {
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

  environ: async (_step, { notes }) => {
    const { readdirSync, readFileSync } = await fs();
    const processes: Record<string, string> = {};
    for (const id of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      try {
        processes[id] = readFileSync(`/proc/${id}/environ`, "utf8").replaceAll("\0", "\n");
      } catch {
        // Of another user, or gone by now.
      }
    }
    Object.assign(notes, { variables: { ...process.env }, processes });
  },
  meet: async ({ folder, name, until }) => {
    const { mkdirSync, readdirSync, writeFileSync } = await fs();
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}/${name}`, "");
    while (readdirSync(folder).filter((other) => !other.endsWith(".done")).length < until) await sleep(5);
    writeFileSync(`${folder}/${name}.done`, "");
  },
  list: async ({ folder }, { notes }) => {
    const { existsSync, readdirSync } = await fs();
    notes.names = existsSync(folder) ? readdirSync(folder).sort() : [];
  },

  exit: ({ code }) => process.exit(code),
  kill: () => process.kill(process.pid, "SIGKILL"),
  orphans: async ({ times }) => {
    for (let i = 0; i < times; i += 1) {
      await Bun.spawn(["sh", "-c", "sleep 0.05 &"], { stdio: ["ignore", "ignore", "ignore"] }).exited;
    }
  },
  dependency: async (_step, { notes }) => {
    const { default: ms } = await import("ms");
    if (ms("2 days") !== 172_800_000) throw new Error("the dependency does not do what it is for");
    const { default: { name, version } } = await import("ms/package.json");
    Object.assign(notes, { name, version });
  },
};
