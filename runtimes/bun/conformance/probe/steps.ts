// The steps of the probe that are this runtime's own way to do something.
import { portable, sleep, type Steps } from "./portable.ts";

// What only some steps need they load themselves: the probe is also what the stopwatch boots.
const fs = () => import("node:fs");

export const steps: Steps = {
  ...portable,

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
