'use strict';

// CommonJS, the handler itself asynchronous.
const probe = require('./interpreter.cjs')('index.js');

module.exports = async (req, res) => {
  await probe(req, res);
};
