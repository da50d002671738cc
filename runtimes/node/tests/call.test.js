'use strict';

// Code files, and the one outcome of a call.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { mock, test } = require('node:test');
const { call, resolveCode } = require('../server.js');

const folder = fs.mkdtempSync(join(tmpdir(), 'call-'));
test.after(() => fs.rmSync(folder, { recursive: true }));

const log = mock.method(console, 'error', () => {});
test.beforeEach(() => log.mock.resetCalls());

const write = (file, text) => fs.writeFileSync(join(folder, file), text);
const resolved = async (file) => resolveCode(folder, file);
const failure = (file) =>
  resolved(file).then(() => assert.fail(`${file} was loaded`), ({ message, answer }) => [answer.status, message]);

test('a file is loaded once, whatever it is called and however often at once', async () => {
  write('once.js', 'module.exports = () => {};');
  const [one, other] = await Promise.all([resolved('once.js'), resolved('once.js')]);
  assert.equal(one, other);
  assert.equal(one, await resolved('./once.js'));
});

test('each kind of module', async () => {
  write('a.cjs', 'module.exports = () => 1;');
  write('b.mjs', 'export default () => 2;');
  write('c.mjs', 'await null; export default () => 3;');
  write('d.js', 'exports.default = () => 4;');
  write('e.js', 'module.exports = () => 5;'); // what build.sh leaves of e.ts
  write('e.ts', 'export default (): number => 5;');
  const files = ['a.cjs', 'b.mjs', 'c.mjs', 'd.js', 'e.ts'];
  const values = await Promise.all(files.map(async (file) => (await resolved(file))()));
  assert.deepEqual(values, [1, 2, 3, 4, 5]);
});

test('what is missing is not remembered', async () => {
  assert.deepEqual(await failure('late.js'), [404, 'Code file not found.']);
  assert.deepEqual(await failure('.'), [404, 'Code file not found.']);
  write('late.js', 'module.exports = () => {};');
  assert.equal(typeof await resolved('late.js'), 'function');
});

test('files that give no handler', async () => {
  write('none.js', 'module.exports = 1;');
  write('fails.js', 'throw new RangeError("the reason");');
  write('source.ts', 'export default () => {};');
  assert.match((await failure('none.js'))[1], /none\.js exports no handler: write/);
  assert.deepEqual(await failure('fails.js'), [500, 'RangeError: the reason']);
  assert.match(log.mock.calls[0].arguments[0], /fails\.js/);
  assert.match((await failure('source.ts'))[1], /source\.ts is not compiled/);
});

const outcome = (handler) =>
  new Promise((resolve) => {
    call(handler, {}, resolve);
  });
const kind = ({ headers }) => headers[headers.indexOf('X-Internal-Error') + 1];

test('the first outcome wins, and later ones are told', async () => {
  const { body } = await outcome((_, res) => {
    res.send('first');
    res.send('second');
    throw new Error('third');
  });
  assert.equal(body, 'first');
  const told = log.mock.calls.filter((one) => one.arguments[0].includes('had already answered or failed'));
  assert.equal(told.length, 2);
});

test('a handler that fails, at once or later', async () => {
  const fail = () => {
    throw new Error('the reason');
  };
  for (const handler of [fail, async () => fail(), () => ({ then: (_, reject) => reject(new Error('the reason')) })]) {
    const answer = await outcome(handler);
    assert.equal(kind(answer), 'function-error');
    assert.equal(JSON.parse(answer.body).message, 'the reason');
  }
});

test('a handler that does not answer, or answers wrongly', async () => {
  assert.equal(kind(await outcome(() => 'ignored')), 'no-response');
  assert.equal(kind(await outcome(async () => 'ignored')), 'no-response');
  assert.equal(kind(await outcome((_, res) => res.send('', 600))), 'invalid-response');
});

test('the answer is of when the handler has finished', async () => {
  let finished = false;
  await outcome(async (_, res) => {
    res.send('early');
    await new Promise(setImmediate);
    finished = true;
  });
  assert.ok(finished);
});
