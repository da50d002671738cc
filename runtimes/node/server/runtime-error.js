'use strict';

const STATUS = {
  'unauthorized': 401,
  'method-not-allowed': 405,
  'too-large': 413,
  'bad-request': 400,
  'code-not-found': 404,
  'load-failed': 500,
  'function-error': 500,
  'no-response': 500,
  'invalid-response': 500,
};

/** An answer made by the runtime, not by the function. */
class RuntimeError extends Error {
  /**
   * @param {string} kind
   * @param {string} message
   * @param {{ stack?: string, headers?: string[] }} [more]
   */
  constructor(kind, message, { stack, headers = [] } = {}) {
    super(message);
    this.answer = {
      status: STATUS[kind],
      headers: ['Content-Type', 'application/json', 'X-Internal-Error', kind, ...headers],
      body: JSON.stringify({ code: STATUS[kind], message, stack }),
    };
  }
}

/** What there is to say about a thrown value, which may be anything and may throw when asked. */
function describe(error) {
  try {
    const text = String(error);
    const message = typeof error?.message === 'string' && error.message !== '' ? error.message : text;
    const stack = typeof error?.stack === 'string' ? error.stack : text;
    return { text: firstLine(text), message: firstLine(message), stack };
  } catch {
    const text = 'A value was thrown that cannot be shown.';
    return { text, message: text, stack: text };
  }
}

function firstLine(text) {
  return text.split(/[\r\n]/, 1)[0];
}

module.exports = { RuntimeError, describe };
