// Serves the runtime contract, version 1, on Bun and on Deno. It reads in the order of a request:
// loadConfiguration, authorise, parse, resolveCode, call, reply, shutDown. What each of the two does in its own way
// is in its own server.ts.

import { CONTINUE, encodeAnswer } from "./server/answer.ts";
import { readBody } from "./server/body.ts";
import type { Handler, Load, Request } from "./server/code.ts";
import { type Connection, stopConnections } from "./server/connection.ts";
import { type Head, Malformed, takeHead } from "./server/head.ts";
import { parseJson } from "./server/json.ts";
import { normalize, staysInside } from "./server/path.ts";
import { createResponse } from "./server/response.ts";
import { type Answer, describe, RuntimeError } from "./server/runtime-error.ts";

/** In what Bun and Deno differ, besides their sockets. */
export interface Sibling {
  entrypoint: string; // the file to run if neither a request nor the environment names one
  variable(name: string): string | undefined;
  readKey(): Uint8Array | Promise<Uint8Array>; // what launch.sh handed over; nothing if it did not
  load: Load;
  exit(status: number): void;
}

/** What holds for all requests. */
export interface Configuration {
  maxBody: number;
  entrypoint: string;
  key: Uint8Array;
  load: Load;
}

export async function loadConfiguration(sibling: Sibling): Promise<Configuration> {
  const maxBody = sibling.variable("INTERNAL_RUNTIME_MAX_BODY") || "20971520";
  if (!/^0*[1-9]\d{0,14}$/.test(maxBody)) {
    throw new Error("INTERNAL_RUNTIME_MAX_BODY must be a positive whole number of bytes, such as 20971520.");
  }
  const entrypoint = sibling.variable("INTERNAL_RUNTIME_ENTRYPOINT") || sibling.entrypoint;
  if (!staysInside(entrypoint)) {
    throw new Error(
      `INTERNAL_RUNTIME_ENTRYPOINT must be a relative path without "..", such as ${sibling.entrypoint}.`,
    );
  }
  const key = (await sibling.readKey()).subarray(0, -1); // without the line break after it
  if (key.length === 0) {
    throw new Error("INTERNAL_RUNTIME_KEY did not arrive on descriptor 3: start the server with launch.sh.");
  }
  return { maxBody: Number(maxBody), entrypoint, key, load: sibling.load };
}

/** Lets in a request that carries the key exactly once. */
function authorise(head: Head, configuration: Configuration): void {
  if (head.challenges !== 1 || !isKey(head.challenge, configuration.key)) {
    throw new RuntimeError("unauthorized", "Unauthorized");
  }
}

/** Looks at every byte that was sent, even after one that differs: timing tells nothing about the key. */
function isKey(sent: Uint8Array, key: Uint8Array): boolean {
  let difference = sent.length ^ key.length;
  for (let i = 0; i < sent.length; i += 1) difference |= sent[i] ^ key[i % key.length];
  return difference === 0;
}

/** Refuses what HTTP allows and the contract does not, before the body is read. */
export function admit(head: Head, configuration: Configuration): void {
  if (head.method !== "POST") {
    throw new RuntimeError("method-not-allowed", "Only POST invokes the function.", undefined, "Allow: POST\r\n");
  }
  if (head.length > configuration.maxBody) throw tooLarge(configuration);
  if (head.hosts > 1 || (head.isCurrent && head.hosts === 0) || !head.isHostSound) {
    throw new RuntimeError("bad-request", "Host must be one host name, with or without a port.");
  }
}

function tooLarge({ maxBody }: Configuration): RuntimeError {
  return new RuntimeError("too-large", `Body is larger than ${maxBody} bytes.`);
}

function demand(valid: boolean, message: string): asserts valid {
  if (!valid) throw new RuntimeError("bad-request", message);
}

interface Invocation {
  path: string;
  file: string;
  input: Request;
}

type Fields = Record<string, unknown>;

const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isName = (value: unknown): value is string => typeof value === "string" && value !== "";
const isStrings = (value: unknown): value is Record<string, string> =>
  isObject(value) && Object.values(value).every((member) => typeof member === "string");

/** The fields of the body, each with its default. */
export function parse(bytes: Uint8Array, configuration: Configuration): Invocation {
  const body = bytes.length === 0 ? {} : parseJson(bytes);
  demand(isObject(body), "Body must be a JSON object.");
  const path = body.path ?? "/usr/code";
  const file = body.file ?? configuration.entrypoint;
  const env = body.env ?? {};
  const headers = body.headers ?? {};
  demand(isName(path), "path must be a non-empty string.");
  demand(isName(file), "file must be a non-empty string.");
  demand(isStrings(env), "env must be an object of strings.");
  demand(isStrings(headers), "headers must be an object of strings.");
  demand(path.startsWith("/") && !path.includes("\0"), "path must be an absolute path without NUL.");
  demand(staysInside(file), "file must be a relative path without NUL that stays inside path.");
  return { path, file, input: { payload: body.payload ?? {}, env, headers } };
}

const handlers = new Map<string, Handler | Promise<Handler>>();

/** The handler of a file, or its promise while it loads: once for all callers. Failures are forgotten. */
function resolveCode(path: string, file: string, load: Load): Handler | Promise<Handler> {
  const source = normalize(`${path}/${file}`);
  const known = handlers.get(source);
  if (known) return known;
  const loading = load(`${path}/${file}`, source).then(
    (handler) => {
      handlers.set(source, handler);
      return handler;
    },
    (error) => {
      handlers.delete(source);
      throw error;
    },
  );
  handlers.set(source, loading);
  return loading;
}

/** Runs the handler to its end. The first outcome is the answer; later ones go to stderr. */
async function call(handler: Handler, input: Request): Promise<Answer> {
  let first: Answer | undefined;
  const settle = (answer: Answer) => {
    if (first) console.error("The function had already answered or failed: only the first outcome counts.");
    first ??= answer;
  };
  const output = createResponse((answer, refused) => {
    if (refused !== undefined) console.error(describe(refused).stack);
    settle(answer ?? new RuntimeError("invalid-response", "The function's answer is not valid.").answer);
  });
  try {
    const pending = handler(input, output);
    if (pending) await pending; // what awaits nothing costs no turn of the event loop
  } catch (error) {
    const { message, stack } = describe(error);
    console.error(stack);
    settle(new RuntimeError("function-error", message, stack).answer);
  }
  if (!first) settle(new RuntimeError("no-response", "The function did not answer.").answer);
  return first!;
}

/** Whether the server has been told to stop. */
export let stopping = false;

/** Sends an answer. There is nothing to wait for if the client takes it at once. */
function reply(connection: Connection, answer: Answer, isLast: boolean, isBodiless = false): Promise<void> | undefined {
  return connection.write(encodeAnswer(answer, isLast, isBodiless, connection.room));
}

/** An answer given before the whole request was read is the last of its connection. */
async function refuse(connection: Connection, error: unknown, head?: Head): Promise<boolean> {
  await reply(connection, answerTo(error), true, head?.method === "HEAD");
  await connection.linger();
  return false;
}

function answerTo(error: unknown): Answer {
  if (error instanceof RuntimeError) return error.answer;
  if (error instanceof Malformed) return { status: error.status, headers: "", body: "" };
  throw error;
}

/** One request, from its head to its answer. Tells whether another may follow. */
async function serve(connection: Connection, configuration: Configuration): Promise<boolean> {
  const { input } = connection;
  connection.state = "idle";
  let head: Head | undefined;
  let answer: Answer;
  try {
    for (let seen = 0; !(head = takeHead(input, seen));) {
      seen = input.size;
      if (!await input.fill()) return false;
    }
    connection.state = "reading";
    authorise(head, configuration);
    admit(head, configuration);
    // A body that is there, or that there is none of, is not asked for.
    if (head.waits && head.length !== 0 && input.size === 0) await connection.write([CONTINUE]);
    let body = input.size >= head.length
      ? input.take(head.length)
      : await readBody(input, head.length, configuration.maxBody, () => tooLarge(configuration));
    if (!body) return false;
    connection.state = "running";
    const { path, file, input: request } = parse(body, configuration);
    body = undefined; // its bytes are not kept while the function runs
    const handler = resolveCode(path, file, configuration.load);
    answer = await call(typeof handler === "function" ? handler : await handler, request);
  } catch (error) {
    if (!head || connection.state === "reading") return refuse(connection, error, head);
    answer = answerTo(error);
  }
  const isLast = head.isLast || stopping;
  const sending = reply(connection, answer, isLast);
  if (sending) await sending;
  return !isLast;
}

/** One client, request after request. */
export async function attend(connection: Connection, configuration: Configuration): Promise<void> {
  try {
    while (await serve(connection, configuration));
  } catch (error) {
    console.error(describe(error).stack); // this server's own fault costs one client its connection
  }
  connection.close();
}

/** Once `close` is called nothing new is let in, and what runs is answered. */
export function shutDown(sibling: Sibling, close: () => void): void {
  if (stopping) return;
  stopping = true;
  close();
  stopConnections(() => sibling.exit(0));
}
