// Renders Markdown to HTML that may be shown to others.
package main

import (
	"bytes"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/util"
	"openruntimes"
)

// What reads HTML is left out, so HTML in the source comes out as text.
var markdown = goldmark.New(goldmark.WithParser(parser.NewParser(
	parser.WithBlockParsers(without(parser.DefaultBlockParsers(), parser.NewHTMLBlockParser())...),
	parser.WithInlineParsers(without(parser.DefaultInlineParsers(), parser.NewRawHTMLParser())...),
	parser.WithParagraphTransformers(parser.DefaultParagraphTransformers()...),
	parser.WithASTTransformers(util.Prioritized(onlyHarmlessLinks{}, 100)),
)))

func without(parsers []util.PrioritizedValue, unwanted any) (wanted []util.PrioritizedValue) {
	for _, one := range parsers {
		if one.Value != unwanted {
			wanted = append(wanted, one)
		}
	}
	return wanted
}

func handler(req *openruntimes.Request, res *openruntimes.Response) error {
	var in struct{ Markdown *string }
	if err := req.Decode(&in); err != nil || in.Markdown == nil {
		res.Status(400).JSON(map[string]string{"error": "payload.markdown must be a string"})
		return nil
	}
	html, err := render(*in.Markdown)
	if err != nil {
		return err
	}
	res.Header("Content-Type", "text/html; charset=utf-8").Send(html)
	return nil
}

func render(source string) (string, error) {
	var html bytes.Buffer
	err := markdown.Convert([]byte(source), &html)
	return html.String(), err
}

func main() { openruntimes.Serve(handler) }
