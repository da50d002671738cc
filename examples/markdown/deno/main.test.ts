import assert from "node:assert/strict";
import handler from "./main.ts";

/** What is answered: the text, or the status of a refusal. */
const render = (markdown: unknown) =>
  new Promise<string>((resolve) =>
    handler({ payload: { markdown } }, { send: resolve, json: (_, status) => resolve(`${status}`) })
  );

Deno.test("HTML comes out as text", async () => {
  assert.deepEqual(await render("*a* <b>b</b>"), "<p><em>a</em> &lt;b&gt;b&lt;/b&gt;</p>\n");
});

Deno.test("only harmless links are links", async () => {
  assert.ok((await render("[a](https://example.org)")).includes('href="https://example.org"'));
  for (const url of ["javascript:alert(1)", "JaVaScRiPt:1", "javascript&colon;1", "data:text/html,1"]) {
    assert.ok(!(await render(`[a](${url})`)).includes("href"));
  }
});

Deno.test("a source is needed", async () => {
  for (const markdown of [undefined, null, 1]) assert.deepEqual(await render(markdown), "400");
});
