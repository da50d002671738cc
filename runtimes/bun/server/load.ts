import type { Response } from "./response.ts";
import { describe, RuntimeError } from "./runtime-error.ts";

/** What a function is called with. */
export interface Request {
  payload: unknown;
  env: Record<string, string>;
  headers: Record<string, string>;
}

export type Handler = (req: Request, res: Response) => unknown;

async function isFile(name: string): Promise<boolean> {
  return Bun.file(name).stat().then((found) => found.isFile(), () => false);
}

/** Loads a source file, and finds the handler it exports. */
export async function load(name: string, source: string): Promise<Handler> {
  if (!await isFile(name)) throw new RuntimeError("code-not-found", "Code file not found.");
  let handler;
  try {
    const loaded = await import(source);
    handler = typeof loaded.default === "function" ? loaded.default : loaded.default?.default;
  } catch (error) {
    const { text, stack } = describe(explained(source, error));
    console.error(stack);
    throw new RuntimeError("load-failed", text, stack);
  }
  if (typeof handler !== "function") {
    throw new RuntimeError(
      "load-failed",
      `${source} exports no handler: write "export default (req, res) => { … }" or "module.exports = (req, res) => { … }".`,
    );
  }
  return handler;
}

const explanations = new Map<string, string>();

/** What Bun finds wrong with a source comes as a list, which Bun 1.3 gives once and leaves out when asked again. */
function explained(source: string, error: unknown): unknown {
  if (!(error instanceof AggregateError)) return placed(error);
  if (error.errors) explanations.set(source, error.errors.map((one) => String(placed(one))).join("\n"));
  return explanations.get(source) ?? error;
}

/** With its place in the file, which is no part of its text. */
function placed(error: unknown): unknown {
  if (!(error instanceof BuildMessage) || !error.position) return error;
  const { file, line, column, lineText } = error.position;
  return `${error.name}: ${error.message}\n    at ${file}:${line}:${column}\n    ${lineText}`;
}
