package main

import (
	"strings"
	"testing"

	"openruntimes"
)

func TestHTMLComesOutAsText(t *testing.T) {
	html := rendered(t, "*a* <b>b</b>")
	if html != "<p><em>a</em> &lt;b&gt;b&lt;/b&gt;</p>\n" {
		t.Error(html)
	}
	if html := rendered(t, "<script>\nalert(1)\n</script>\n\n<!-- c -->"); strings.Contains(html, "<s") {
		t.Error(html)
	}
}

func TestOnlyHarmlessLinksAreLinks(t *testing.T) {
	html := rendered(t, "[a](https://example.org) [b](/c:d) ![e](f.png) <https://example.org> <a@example.org>")
	if strings.Count(html, `href="`)+strings.Count(html, `src="`) != 5 {
		t.Error(html)
	}
	for _, url := range []string{
		"javascript:alert(1)", "JaVaScRiPt:1", "javascript&colon;1", "<java\tscript:1>", "data:text/html,1",
		"data:image/svg+xml,1", "&#106;avascript:1", `javascript\:1`,
	} {
		for _, source := range []string{"[a](" + url + ")", "![a](" + url + ")", "[a]\n\n[a]: " + url} {
			if html := rendered(t, source); strings.Contains(html, "href") || strings.Contains(html, "src") {
				t.Errorf("%s: %s", source, html)
			}
		}
	}
	if html := rendered(t, "<javascript:alert(1)>"); html != "<p>javascript:alert(1)</p>\n" {
		t.Error(html)
	}
}

func TestASourceIsNeeded(t *testing.T) {
	for _, payload := range []any{nil, map[string]any{}, map[string]any{"markdown": 1}, "# a"} {
		answer, err := openruntimes.Invoke(handler, openruntimes.NewRequest(payload))
		if err != nil || answer.Status != 400 {
			t.Errorf("%v: %v, %v", payload, answer, err)
		}
	}
}

func rendered(t *testing.T, source string) string {
	t.Helper()
	answer, err := openruntimes.Invoke(handler, openruntimes.NewRequest(map[string]string{"markdown": source}))
	if err != nil {
		t.Fatal(err)
	}
	return string(answer.Body)
}
