import { expect, test } from "bun:test";
import handler from "./index.ts";

/** What is answered: the text, or the status of a refusal. */
const render = (markdown: unknown) =>
  new Promise<string>((resolve) =>
    handler({ payload: { markdown } }, { send: resolve, json: (_, status) => resolve(`${status}`) })
  );

test("HTML comes out as text", async () => {
  expect(await render("*a* <b>b</b>")).toEqual("<p><em>a</em> &lt;b&gt;b&lt;/b&gt;</p>\n");
});

test("only harmless links are links", async () => {
  expect(await render("[a](https://example.org)")).toContain('href="https://example.org"');
  for (const url of ["javascript:alert(1)", "JaVaScRiPt:1", "javascript&colon;1", "data:text/html,1"]) {
    expect(await render(`[a](${url})`)).not.toContain("href");
  }
});

test("a source is needed", async () => {
  for (const markdown of [undefined, null, 1]) expect(await render(markdown)).toEqual("400");
});
