// The actions of the probe, as the README above this folder lists them. Those that need not wait do not,
// so the handlers that share them cover both: functions that return, and functions that return a promise.

// deno-lint-ignore no-explicit-any
export type Value = any;
type Handler = (req: Value, res: Value) => unknown;

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const names = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
const print = (line: string) => console.log(line);

function deliberate(message: string): never {
  throw new Error(message);
}

/** Deno itself lets no module read these files. A command that a function starts can. */
function environments(): Record<string, string> {
  const processes: Record<string, string> = {};
  const command = new Deno.Command("sh", {
    args: ["-c", "for file in /proc/[0-9]*/environ; do echo \"\f$file\"; tr '\\0' '\\n' < $file; done 2>&-"],
  });
  const { stdout } = command.outputSync();
  for (const part of new TextDecoder().decode(stdout).split("\f").slice(1)) {
    const [file, ...lines] = part.split("\n");
    const text = lines.join("\n");
    if (text !== "") processes[file.split("/")[2]] = text; // else of another user, or gone by now
  }
  return processes;
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
  environment: ({ payload: { nonce } }, res) => {
    res.json({ nonce, variables: Deno.env.toObject(), processes: environments() });
  },
  meet: async ({ payload: { nonce, folder, name, until } }, res) => {
    Deno.mkdirSync(folder, { recursive: true });
    Deno.writeTextFileSync(`${folder}/${name}`, "");
    while (names(folder).filter((entry) => !entry.endsWith(".done")).length < until) await sleep(5);
    Deno.writeTextFileSync(`${folder}/${name}.done`, "");
    res.json({ nonce });
  },
  list: ({ payload: { nonce, folder } }, res) => {
    let found: string[] = [];
    try {
      found = names(folder);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    res.json({ nonce, names: found });
  },

  exit: ({ payload: { code } }) => Deno.exit(code),
  kill: () => Deno.kill(Deno.pid, "SIGKILL"),
  orphans: async ({ payload: { nonce, count } }, res) => {
    for (let i = 0; i < count; i += 1) {
      const quiet = { stdin: "null", stdout: "null", stderr: "null" } as const;
      await new Deno.Command("sh", { args: ["-c", "sleep 0.05 &"], ...quiet }).spawn().status;
    }
    res.json({ nonce });
  },
  // What only one action needs it loads itself: the probe is also what the stopwatch boots.
  dependency: async ({ payload: { nonce } }, res) => {
    const { default: ms } = await import("ms");
    if (ms("2 days") !== 172_800_000) throw new Error("the dependency does not do what it is for");
    const { default: { name, version } } = await import("ms/package.json", { with: { type: "json" } });
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
