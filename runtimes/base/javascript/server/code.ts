import type { Response } from "./response.ts";
import { describe, RuntimeError } from "./runtime-error.ts";

/** What a function is called with. */
export interface Request {
  payload: unknown;
  env: Record<string, string>;
  headers: Record<string, string>;
}

export type Handler = (req: Request, res: Response) => unknown;

/** How a sibling loads a source file that it calls by a name, and finds the handler it exports. */
export type Load = (name: string, source: string) => Promise<Handler>;

/** As the answer to a request for a file that is not there. */
export function codeNotFound(): RuntimeError {
  return new RuntimeError("code-not-found", "Code file not found.");
}

interface Module {
  default?: unknown;
}

/** The handler that a source file exports once `load` has loaded it. `forms` tells how one is exported. */
export async function handlerOf(
  source: string,
  forms: string,
  load: () => Promise<Module>,
  explain: (error: unknown) => unknown = (error) => error,
): Promise<Handler> {
  let handler;
  try {
    const { default: exported } = await load();
    handler = typeof exported === "function" ? exported : (exported as Module | undefined)?.default;
  } catch (error) {
    const { text, stack } = describe(explain(error));
    console.error(stack);
    throw new RuntimeError("load-failed", text, stack);
  }
  if (typeof handler !== "function") {
    throw new RuntimeError("load-failed", `${source} exports no handler: write ${forms}.`);
  }
  return handler as Handler;
}
