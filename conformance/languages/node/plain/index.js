'use strict';

const { randomUUID } = require('node:crypto');

const load = randomUUID();
let count = 0;

module.exports = ({ payload, env, headers }, res) => {
  count += 1;
  res.json({ file: 'index.js', load, count, payload, env, headers });
};
