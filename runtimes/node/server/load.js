'use strict';

const fs = require('node:fs');
const { posix } = require('node:path');
const { RuntimeError, describe } = require('./runtime-error.js');

// What build.sh leaves beside a source file, and the server opens in its place.
const COMPILED = { '.ts': '.js', '.mts': '.mjs', '.cts': '.cjs' };

function isFile(name) {
  try {
    return fs.statSync(name).isFile();
  } catch {
    return false;
  }
}

/** Loads a source file that exists, and finds the handler it exports. */
async function load(source) {
  const extension = posix.extname(source);
  const compiled = COMPILED[extension];
  const file = compiled ? source.slice(0, -extension.length) + compiled : source;
  if (!isFile(file)) {
    throw new RuntimeError('load-failed', `${source} is not compiled: make the package with build.sh.`);
  }

  let handler;
  try {
    const loaded = await open(file);
    handler = typeof loaded === 'function' ? loaded : loaded?.default;
  } catch (error) {
    const { text, stack } = describe(error);
    console.error(stack);
    throw new RuntimeError('load-failed', text, { stack });
  }
  if (typeof handler !== 'function') {
    throw new RuntimeError(
      'load-failed',
      `${source} exports no handler: ` +
        'write "module.exports = (req, res) => { … }" or "export default (req, res) => { … }".',
    );
  }
  return handler;
}

/** require() opens ES modules as well, except those that wait at their top level. */
async function open(file) {
  try {
    return require(file);
  } catch (error) {
    if (error?.code !== 'ERR_REQUIRE_ASYNC_MODULE') throw error;
    return import(file);
  }
}

module.exports = { isFile, load };
