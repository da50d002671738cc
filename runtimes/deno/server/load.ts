import { codeNotFound, type Handler, handlerOf } from "../../base/javascript/server/code.ts";

const FORMS = '"export default (req, res) => { … }"';

function isFile(name: string): boolean {
  try {
    return Deno.statSync(name).isFile;
  } catch {
    return false;
  }
}

/** Loads a source file, and finds the handler it exports. */
export async function load(name: string, source: string): Promise<Handler> {
  if (!isFile(name)) throw codeNotFound();
  return handlerOf(source, FORMS, () => import(urlOf(source)));
}

function urlOf(path: string): string {
  return `file://${path.split("/").map(encodeURIComponent).join("/")}`;
}
