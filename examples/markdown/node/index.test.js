'use strict';

const assert = require('node:assert');
const { test } = require('node:test');
const handler = require('./index.js');

/** What is answered: the text, or the status of a refusal. */
const render = (payload) =>
  new Promise((resolve) => handler({ payload }, { send: resolve, json: (_, status) => resolve(status) }));

test('HTML comes out as text', async () => {
  assert.equal(await render({ markdown: '*a* <b>b</b>' }), '<p><em>a</em> &lt;b&gt;b&lt;/b&gt;</p>\n');
});

test('only harmless links are links', async () => {
  assert.match(await render({ markdown: '[a](https://example.org)' }), /href="https:\/\/example\.org"/);
  for (const url of ['javascript:alert(1)', 'JaVaScRiPt:1', 'javascript&colon;1', 'data:text/html,1']) {
    assert.doesNotMatch(await render({ markdown: `[a](${url})` }), /href/, url);
  }
});

test('a source is needed', async () => {
  for (const payload of [{}, { markdown: 1 }, '# a']) assert.equal(await render(payload), 400);
});
