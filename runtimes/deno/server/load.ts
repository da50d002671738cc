import type { Response } from "./response.ts";
import { describe, RuntimeError } from "./runtime-error.ts";

/** What a function is called with. */
export interface Request {
  payload: unknown;
  env: Record<string, string>;
  headers: Record<string, string>;
}

export type Handler = (req: Request, res: Response) => unknown;

export function isFile(name: string): boolean {
  try {
    return Deno.statSync(name).isFile;
  } catch {
    return false;
  }
}

/** Loads a source file that exists, and finds the handler it exports. */
export async function load(source: string): Promise<Handler> {
  let handler;
  try {
    const loaded = await import(urlOf(source));
    handler = typeof loaded.default === "function" ? loaded.default : loaded.default?.default;
  } catch (error) {
    const { text, stack } = describe(error);
    console.error(stack);
    throw new RuntimeError("load-failed", text, stack);
  }
  if (typeof handler !== "function") {
    throw new RuntimeError(
      "load-failed",
      `${source} exports no handler: write "export default (req, res) => { … }".`,
    );
  }
  return handler;
}

function urlOf(path: string): string {
  return `file://${path.split("/").map(encodeURIComponent).join("/")}`;
}
