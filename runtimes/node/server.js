'use strict';

// Serves the runtime contract, version 1, on node:http. It reads in the order of a request:
// loadConfiguration, authorise, parse, resolveCode, call, reply, shutDown.
// CommonJS, because an ES module starts 44 ms later.

const http = require('node:http');
const fs = require('node:fs');
const { posix } = require('node:path');
const { RuntimeError, describe } = require('./server/runtime-error.js');
const { parseJson } = require('./server/json.js');
const { isFile, load } = require('./server/load.js');
const { createResponse } = require('./server/response.js');

const HOST = /^([\w.~!$&'()*+,;=%-]*|\[[\da-f:.]+\])(:\d*)?$/i;
const GRACE = 3_000;

function loadConfiguration() {
  const maxBody = process.env.INTERNAL_RUNTIME_MAX_BODY || '20971520';
  if (!/^0*[1-9]\d*$/.test(maxBody)) {
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

/** Lets in a request that carries the key exactly once: two are joined by ", ", and no key has a space. */
function authorise(request, configuration) {
  const challenge = request.headers['x-internal-challenge'] ?? '';
  if (!isKey(challenge, configuration.key)) throw new RuntimeError('unauthorized', 'Unauthorized');
}

/** Looks at every byte that was sent, even after one that differs: timing tells nothing about the key. */
function isKey(sent, key) {
  let difference = sent.length ^ key.length;
  for (let i = 0; i < sent.length; i += 1) difference |= sent.charCodeAt(i) ^ key[i % key.length];
  return difference === 0; // node:crypto has this too, and takes 5 ms of the start to load
}

/** Refuses what node:http lets through and the contract does not: a host sent twice has a space as well. */
function admit(request) {
  if (request.method !== 'POST') {
    throw new RuntimeError('method-not-allowed', 'Only POST invokes the function.', { headers: ['Allow', 'POST'] });
  }
  if (!HOST.test(request.headers.host ?? '')) {
    throw new RuntimeError('bad-request', 'Host must be one host name, with or without a port.');
  }
}

/** Takes the whole body, or tells why not. A client that goes away before its end is not heard of again. */
function read(request, limit, taken, refused) {
  const tooLarge = () => new RuntimeError('too-large', `Body is larger than ${limit} bytes.`);
  if (Number(request.headers['content-length']) > limit) throw tooLarge();
  let chunks = [];
  let size = 0;
  const take = (chunk) => {
    size += chunk.length;
    if (size <= limit) return chunks.push(chunk);
    chunks = undefined;
    request.off('data', take);
    refused(tooLarge());
  };
  request.on('data', take).on('end', () => {
    if (!chunks) return;
    const bytes = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
    chunks = undefined; // `request` lives until the answer is out, and must not keep the body that long
    taken(bytes);
  });
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

let stopping = false;
const running = new Set(); // requests whose function has not finished
const connections = new Set();

/** An answer given before the whole body was read is the last of its connection. */
function reply(request, response, { status, headers, body }, bodyRead) {
  if (status !== 204 && status !== 304) headers.push('Content-Length', Buffer.byteLength(body));
  if (stopping || !bodyRead) headers.push('Connection', 'close');
  response.writeHead(status, headers);
  if (bodyRead) return response.end(body);
  response.flushHeaders();
  response.write(body);
  linger(request, response);
}

/** Reads on for a while before it closes: a connection closed over unread bytes takes the answer with it. */
function linger(request, response) {
  const close = () => {
    clearTimeout(silence);
    clearTimeout(limit);
    response.end();
  };
  const silence = setTimeout(close, 2_000);
  const limit = setTimeout(close, 30_000);
  request.on('data', () => silence.refresh()).on('end', close).on('close', close).resume();
}

/** From the headers of a request to its body. */
function serve(request, response, configuration, isWaiting) {
  const refuse = (error) => reply(request, response, answerTo(error), false);
  try {
    authorise(request, configuration);
    admit(request);
    read(request, configuration.maxBody, (bytes) => run(request, response, configuration, bytes), refuse);
    if (isWaiting) response.writeContinue();
  } catch (error) {
    refuse(error);
  }
}

/** From the body of a request to its answer. */
function run(request, response, configuration, bytes) {
  const finish = (answer) => {
    running.delete(request);
    reply(request, response, answer, true);
    exitWhenDone();
  };
  const refuse = (error) => finish(answerTo(error));
  try {
    const { path, file, input } = parse(bytes, configuration);
    const handler = resolveCode(path, file);
    running.add(request);
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

/** Nothing new is let in, and what runs is answered. Half a request gets a moment to become a whole one. */
function shutDown(server) {
  if (stopping) return;
  stopping = true;
  server.close(() => {
    isClosed = true;
    exitWhenDone();
  });
  for (const socket of connections) if (socket.bytesRead === 0) socket.destroy();
  setTimeout(() => {
    const kept = new Set([...running].map((request) => request.socket));
    for (const socket of connections) if (!kept.has(socket) && socket.writableLength === 0) socket.destroy();
  }, GRACE);
}

/** A function whose client went away has no connection any more, and still runs to its end. */
function exitWhenDone() {
  if (isClosed && running.size === 0) process.exit(0);
}

function main() {
  const configuration = loadConfiguration();
  const server = http.createServer({ keepAliveTimeout: 75_000, joinDuplicateHeaders: true });
  server.maxHeadersCount = 0; // no header is left out of sight: neither key nor host may come twice
  server.on('request', (request, response) => serve(request, response, configuration, false));
  server.on('checkContinue', (request, response) => serve(request, response, configuration, true));
  server.on('checkExpectation', (request, response) => serve(request, response, configuration, false));
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
  });
  server.on('error', (error) => fail(`Port 3000 cannot be opened: ${error.message}.`));
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => shutDown(server));
  for (const stray of ['uncaughtException', 'unhandledRejection']) {
    process.on(stray, (error) => console.error(describe(error).stack));
  }
  server.listen(3000, '0.0.0.0');
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
