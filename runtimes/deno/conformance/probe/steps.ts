// The steps of the probe that are this runtime's own way to do something.
import { portable, sleep, type Steps } from "./portable.ts";

const namesIn = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

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

export const steps: Steps = {
  ...portable,

  environ: (_step, { notes }) => {
    Object.assign(notes, { variables: Deno.env.toObject(), processes: environments() });
  },
  meet: async ({ folder, name, until }) => {
    Deno.mkdirSync(folder, { recursive: true });
    Deno.writeTextFileSync(`${folder}/${name}`, "");
    while (namesIn(folder).filter((other) => !other.endsWith(".done")).length < until) await sleep(5);
    Deno.writeTextFileSync(`${folder}/${name}.done`, "");
  },
  list: ({ folder }, { notes }) => {
    notes.names = [];
    try {
      notes.names = namesIn(folder);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  },

  exit: ({ code }) => Deno.exit(code),
  kill: () => Deno.kill(Deno.pid, "SIGKILL"),
  orphans: async ({ times }) => {
    for (let i = 0; i < times; i += 1) {
      const quiet = { stdin: "null", stdout: "null", stderr: "null" } as const;
      await new Deno.Command("sh", { args: ["-c", "sleep 0.05 &"], ...quiet }).spawn().status;
    }
  },
  // What only one step needs it loads itself: the probe is also what the stopwatch boots.
  dependency: async (_step, { notes }) => {
    const { default: ms } = await import("ms");
    if (ms("2 days") !== 172_800_000) throw new Error("the dependency does not do what it is for");
    const { default: { name, version } } = await import("ms/package.json", { with: { type: "json" } });
    Object.assign(notes, { name, version });
  },
};
