// The actions of the probe, as the README above this folder lists them. Those that need not wait do not,
// so the handlers that share them cover both: functions that return, and functions that return a promise.

export type Value = any;
type Handler = (req: Value, res: Value) => unknown;

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const print = (line: string) => console.log(line);

// What only some actions need they load themselves: the probe is also what the stopwatch boots.
const fs = () => import("node:fs");

function deliberate(message: string): never {
  throw new Error(message);
}

const actions: Record<string, Handler> = {
  send: ({ payload: { text, times = 1, status, headers } }, res) => res.send(text.repeat(times), status, headers),
  json: ({ payload: { value, status, headers } }, res) => res.json(value, status, headers),
  bytes: ({ payload: { base64, status, headers } }, res) => res.bytes(Uint8Array.fromBase64(base64), status, headers),
  unencodable: (_req, res) => {
    const cycle: Value = {};
    cycle.itself = cycle;
    res.json(cycle);
  },
  "not-a-number": ({ payload: { which } }, res) => {
    res.json({ value: ({ nan: NaN, infinity: Infinity, "-infinity": -Infinity } as Value)[which] });
  },

  throw: ({ payload: { message } }) => deliberate(message),
  "throw-later": async ({ payload: { message } }) => {
    await sleep(1);
    deliberate(message);
  },
  silent: () => {},
  twice: ({ payload: { first, second } }, res) => {
    res.send(first);
    res.send(second);
  },
  "send-then-throw": ({ payload: { text, message } }, res) => {
    res.send(text);
    deliberate(message);
  },
  "answer-late": ({ payload: { text } }, res) => {
    setTimeout(() => res.send(text), 50);
  },
  stray: ({ payload: { text, message } }, res) => {
    res.send(text);
    setTimeout(() => deliberate(message), 50);
  },

  print: ({ payload: { nonce, stdout, stderr } }, res) => {
    stdout.forEach(print);
    for (const line of stderr) console.error(line);
    res.json({ nonce });
  },
  environment: async ({ payload: { nonce } }, res) => {
    const { readdirSync, readFileSync } = await fs();
    const processes: Record<string, string> = {};
    for (const id of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      try {
        processes[id] = readFileSync(`/proc/${id}/environ`, "utf8").replaceAll("\0", "\n");
      } catch {
        // Of another user, or gone by now.
      }
    }
    res.json({ nonce, variables: { ...process.env }, processes });
  },
  meet: async ({ payload: { nonce, folder, name, until } }, res) => {
    const { mkdirSync, readdirSync, writeFileSync } = await fs();
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}/${name}`, "");
    while (readdirSync(folder).filter((entry) => !entry.endsWith(".done")).length < until) await sleep(5);
    writeFileSync(`${folder}/${name}.done`, "");
    res.json({ nonce });
  },
  list: async ({ payload: { nonce, folder } }, res) => {
    const { existsSync, readdirSync } = await fs();
    const names = existsSync(folder) ? readdirSync(folder).sort() : [];
    res.json({ nonce, names });
  },

  exit: ({ payload: { code } }) => process.exit(code),
  kill: () => process.kill(process.pid, "SIGKILL"),
  orphans: async ({ payload: { nonce, count } }, res) => {
    for (let i = 0; i < count; i += 1) {
      await Bun.spawn(["sh", "-c", "sleep 0.05 &"], { stdio: ["ignore", "ignore", "ignore"] }).exited;
    }
    res.json({ nonce });
  },
  dependency: async ({ payload: { nonce } }, res) => {
    const { default: ms } = await import("ms");
    if (ms("2 days") !== 172_800_000) throw new Error("the dependency does not do what it is for");
    const { default: { name, version } } = await import("ms/package.json");
    res.json({ nonce, name, version });
  },
};

/** The handler of one file of the probe, with a load mark and a count of its own. */
export default function createProbe(file: string): Handler {
  const load = crypto.randomUUID();
  let count = 0;
  const echo: Handler = ({ payload, env, headers }, res) => res.json({ file, load, count, payload, env, headers });
  const mutate: Handler = (req, res) => {
    const { nonce } = req.payload;
    for (const field of [req.payload, req.env, req.headers]) field.mutated = nonce;
    echo(req, res);
  };

  const all: Record<string, Handler> = { ...actions, echo, mutate };

  return (req, res) => {
    count += 1;
    const action = Object.hasOwn(Object(req.payload), "action") ? req.payload.action : "echo";
    if (!Object.hasOwn(all, action)) throw new Error(`the probe has no action ${JSON.stringify(action)}`);
    return all[action](req, res);
  };
}
