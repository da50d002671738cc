const assert = require('node:assert');
const { test } = require('node:test');
const handler = require('./index.js');

const greet = (payload) => new Promise((json) => handler({ payload }, { json }));

test('greets by name', async () => {
  assert.deepEqual(await greet({ name: 'Ada' }), { message: 'Hello, Ada!' });
});

test('greets the world without one', async () => {
  assert.deepEqual(await greet({}), { message: 'Hello, world!' });
});
