//! Renders Markdown to HTML that may be shown to others.

use open_runtimes::{Request, Response, json};
use pulldown_cmark::{Event, Parser, Tag, TagEnd, html};

fn handler(req: Request, res: Response) {
    let Some(markdown) = req.payload["markdown"].as_str() else {
        return res.status(400).json(json!({ "error": "payload.markdown must be a string" }));
    };
    res.header("Content-Type", "text/html; charset=utf-8").send(render(markdown));
}

open_runtimes::handler!(handler);

fn render(markdown: &str) -> String {
    let mut output = String::new();
    // Whether each link or picture that is open may have its target.
    let mut open = Vec::new();
    let events = Parser::new(markdown).filter_map(|event| match event {
        // What is HTML in the source comes out as text.
        Event::Html(text) | Event::InlineHtml(text) => Some(Event::Text(text)),
        Event::Start(Tag::HtmlBlock) => Some(Event::Start(Tag::Paragraph)),
        Event::End(TagEnd::HtmlBlock) => Some(Event::End(TagEnd::Paragraph)),
        Event::Start(Tag::Link { ref dest_url, .. } | Tag::Image { ref dest_url, .. }) => {
            open.push(is_harmless(dest_url));
            open.last().is_some_and(|harmless| *harmless).then_some(event)
        }
        Event::End(TagEnd::Link | TagEnd::Image) => open.pop().unwrap_or_default().then_some(event),
        other => Some(other),
    });
    html::push_html(&mut output, events);
    output
}

/// A list of what is allowed: browsers read more spellings of `javascript:` than a list of what is not could have.
fn is_harmless(url: &str) -> bool {
    match url.split_once([':', '/', '?', '#']) {
        Some((scheme, _)) if url[scheme.len()..].starts_with(':') => {
            ["http", "https", "mailto"].iter().any(|allowed| scheme.eq_ignore_ascii_case(allowed))
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_comes_out_as_text() {
        assert_eq!(render("*a* <b>b</b>"), "<p><em>a</em> &lt;b&gt;b&lt;/b&gt;</p>\n");
        assert!(!render("<script>\nalert(1)\n</script>\n\n<!-- c -->").contains("<s"));
    }

    #[test]
    fn only_harmless_links_are_links() {
        assert!(render("[a](https://example.org) [b](/c:d) ![e](f.png)").matches("=\"").count() == 4);
        for url in [
            "javascript:alert(1)",
            "JaVaScRiPt:1",
            "javascript&colon;1",
            "<java\tscript:1>",
            "data:text/html,1",
        ] {
            for source in [format!("[a]({url})"), format!("![a]({url})"), format!("[a]\n\n[a]: {url}")] {
                let rendered = render(&source);
                assert!(!rendered.contains("href") && !rendered.contains("src"), "{rendered}");
            }
        }
        assert!(!render("<javascript:alert(1)>").contains("href"));
    }
}
