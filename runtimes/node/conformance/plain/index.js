'use strict';

const load = `${Date.now()}-${Math.random()}`;
let count = 0;

module.exports = ({ payload, env, headers }, res) => {
  count += 1;
  res.json({ file: 'index.js', load, count, payload, env, headers });
};
