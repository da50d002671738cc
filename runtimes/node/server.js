'use strict';

// Serves the runtime contract, version 1, on node:net. It reads in the order of a request:
// loadConfiguration, authorise, parse, resolveCode, call, reply, shutDown.
// CommonJS, because an ES module starts 44 ms later.

const net = require('node:net');
const fs = require('node:fs');
const { posix } = require('node:path');
const { Connection } = require('./server/connection.js');
const { RuntimeError, describe } = require('./server/runtime-error.js');
const { parseJson } = require('./server/json.js');
const { isFile, load } = require('./server/load.js');
const { createResponse } = require('./server/response.js');

const GRACE = 3_000;

function loadConfiguration() {
  const maxBody = process.env.INTERNAL_RUNTIME_MAX_BODY || '20971520';
  if (!/^0*[1-9]\d{0,14}$/.test(maxBody)) {
    throw new Error('INTERNAL_RUNTIME_MAX_BODY must be a positive whole number of bytes, such as 20971520.');
  }
  const entrypoint = process.env.INTERNAL_RUNTIME_ENTRYPOINT || 'index.js';
  if (!staysInside(entrypoint)) {
    throw new Error('INTERNAL_RUNTIME_ENTRYPOINT must be a relative path without "..", such as index.js.');
  }
  let key;
  try {
    key = fs.readFileSync(3).subarray(0, -1); // without the line break after it
    fs.closeSync(3);
  } catch {
    key = Buffer.alloc(0);
  }
  if (key.length === 0) {
    throw new Error('INTERNAL_RUNTIME_KEY did not arrive on descriptor 3: start the server with launch.sh.');
  }
  return { maxBody: Number(maxBody), entrypoint, key };
}

/** Lets in a request that carries the key exactly once. */
function authorise(head, configuration) {
  if (head.challenges !== 1 || !isKey(head.challenge, configuration.key)) {
    throw new RuntimeError('unauthorized', 'Unauthorized');
  }
}

/** Looks at every byte that was sent, even after one that differs: timing tells nothing about the key. */
function isKey(sent, key) {
  let difference = sent.length ^ key.length;
  for (let i = 0; i < sent.length; i += 1) difference |= sent.charCodeAt(i) ^ key[i % key.length];
  return difference === 0; // node:crypto has this too, and takes 5 ms of the start to load
}

/** Refuses what HTTP allows and the contract does not, before the body is read. */
function admit(head) {
  if (head.method !== 'POST') {
    throw new RuntimeError('method-not-allowed', 'Only POST invokes the function.', { headers: ['Allow', 'POST'] });
  }
}

function demand(valid, message) {
  if (!valid) throw new RuntimeError('bad-request', message);
}

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isName = (value) => typeof value === 'string' && value !== '';
const isStrings = (value) => isObject(value) && Object.values(value).every((member) => typeof member === 'string');

/** The fields of the body, each with its default. */
function parse(bytes, configuration) {
  const body = bytes.length === 0 ? {} : parseJson(bytes);
  demand(isObject(body), 'Body must be a JSON object.');
  const path = body.path ?? '/usr/code';
  const file = body.file ?? configuration.entrypoint;
  const env = body.env ?? {};
  const headers = body.headers ?? {};
  demand(isName(path), 'path must be a non-empty string.');
  demand(isName(file), 'file must be a non-empty string.');
  demand(isStrings(env), 'env must be an object of strings.');
  demand(isStrings(headers), 'headers must be an object of strings.');
  demand(posix.isAbsolute(path) && !path.includes('\0'), 'path must be an absolute path without NUL.');
  demand(staysInside(file), 'file must be a relative path without NUL that stays inside path.');
  return { path, file, input: { payload: body.payload ?? {}, env, headers } };
}

/** Lexical: no file system is asked, symbolic links are followed. */
function staysInside(file) {
  if (file.includes('\0') || posix.isAbsolute(file)) return false;
  return !file.includes('..') || !/^\.\.(\/|$)/.test(posix.normalize(file));
}

const handlers = new Map();

/** The handler of a file, or its promise while it loads: once for all callers. Failures are forgotten. */
function resolveCode(path, file) {
  const source = `${path}/${file}`;
  const known = handlers.get(source);
  if (known) return known;
  if (!isFile(source)) throw new RuntimeError('code-not-found', 'Code file not found.');
  const loading = load(posix.normalize(source)).then(
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
function call(handler, input, finish) {
  let first;
  const settle = (answer) => {
    if (first) console.error('The function had already answered or failed: only the first outcome counts.');
    first ??= answer;
  };
  const output = createResponse((answer, refused) => {
    if (refused) console.error(describe(refused).stack);
    settle(answer ?? new RuntimeError('invalid-response', "The function's answer is not valid.").answer);
  });
  const end = () => {
    if (!first) settle(new RuntimeError('no-response', 'The function did not answer.').answer);
    finish(first);
  };
  const fail = (error) => {
    const { message, stack } = describe(error);
    console.error(stack);
    settle(new RuntimeError('function-error', message, { stack }).answer);
    end();
  };
  try {
    const pending = handler(input, output);
    if (typeof pending?.then === 'function') return Promise.resolve(pending).then(end, fail);
  } catch (error) {
    return fail(error);
  }
  end(); // at once: a handler that awaits nothing costs no turn of the event loop
}

let running = 0; // calls
const connections = new Set();

/** What connections ask: whether to read a request, and what becomes of it. */
function createService(configuration) {
  const { maxBody } = configuration;
  return {
    isStopping: false,
    limit: maxBody,
    tooLarge: () => new RuntimeError('too-large', `Body is larger than ${maxBody} bytes.`),
    admit: (head) => {
      authorise(head, configuration);
      admit(head);
    },
    receive: (connection, body) => serve(connection, configuration, body),
  };
}

/** From the body of a request to its answer. */
function serve(connection, configuration, bytes) {
  const finish = (answer) => {
    running -= 1;
    connection.reply(answer);
    exitWhenDone();
  };
  const refuse = (error) => finish(answerTo(error));
  running += 1;
  try {
    const { path, file, input } = parse(bytes, configuration);
    const handler = resolveCode(path, file);
    if (typeof handler === 'function') call(handler, input, finish);
    else handler.then((loaded) => call(loaded, input, finish), refuse);
  } catch (error) {
    refuse(error);
  }
}

function answerTo(error) {
  if (!(error instanceof RuntimeError)) throw error;
  return error.answer;
}

let isClosed = false;

/** Nothing new comes in, what runs is answered. */
function shutDown(server, service) {
  if (service.isStopping) return;
  service.isStopping = true;
  server.close(() => {
    isClosed = true;
    exitWhenDone();
  });
  for (const connection of connections) connection.stop();
  setTimeout(() => {
    for (const connection of connections) connection.stopNow();
  }, GRACE);
}

/** A function whose client went away has no connection any more, and still runs to its end. */
function exitWhenDone() {
  if (isClosed && running === 0) process.exit(0);
}

function main() {
  const service = createService(loadConfiguration());
  // A client that sends no more may still wait for its answer.
  const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const connection = new Connection(socket, service);
    connections.add(connection);
    socket.on('close', () => connections.delete(connection));
  });
  server.on('error', (error) => fail(`Port 3000 cannot be opened: ${error.message}.`));
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => shutDown(server, service));
  for (const stray of ['uncaughtException', 'unhandledRejection']) {
    process.on(stray, (error) => console.error(describe(error).stack));
  }
  server.listen({ port: 3000, host: '0.0.0.0', backlog: 1024 });
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

if (require.main === module) {
  try {
    main();
  } catch (error) {
    fail(error.message);
  }
}

module.exports = { admit, authorise, call, parse, resolveCode, staysInside }; // for the tests
