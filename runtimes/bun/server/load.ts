import { codeNotFound, type Handler, handlerOf } from "../../base/javascript/server/code.ts";

const FORMS = '"export default (req, res) => { … }" or "module.exports = (req, res) => { … }"';

async function isFile(name: string): Promise<boolean> {
  return Bun.file(name).stat().then((found) => found.isFile(), () => false);
}

/** Loads a source file, and finds the handler it exports. */
export async function load(name: string, source: string): Promise<Handler> {
  if (!await isFile(name)) throw codeNotFound();
  return handlerOf(source, FORMS, () => import(source), (error) => explained(source, error));
}

const explanations = new Map<string, string>();

/** What Bun finds wrong with a source comes as a list, which Bun 1.3 gives once and leaves out when asked again. */
function explained(source: string, error: unknown): unknown {
  if (!(error instanceof AggregateError)) return placed(error);
  if (error.errors) explanations.set(source, error.errors.map((one) => String(placed(one))).join("\n"));
  return explanations.get(source) ?? error;
}

/** With its place in the file, which is not part of its text. */
function placed(error: unknown): unknown {
  if (!(error instanceof BuildMessage) || !error.position) return error;
  const { file, line, column, lineText } = error.position;
  return `${error.name}: ${error.message}\n    at ${file}:${line}:${column}\n    ${lineText}`;
}
