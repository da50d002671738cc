package main

import (
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// onlyHarmlessLinks puts what a link or a picture shows in place of one with a target that is not allowed.
type onlyHarmlessLinks struct{}

func (onlyHarmlessLinks) Transform(document *ast.Document, source text.Reader, _ parser.Context) {
	var harmful []ast.Node
	_ = ast.Walk(document, func(node ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering && !isHarmless(destination(node, source.Source())) {
			harmful = append(harmful, node)
		}
		return ast.WalkContinue, nil
	})
	for _, node := range harmful {
		parent := node.Parent()
		if link, is := node.(*ast.AutoLink); is {
			parent.InsertBefore(parent, node, ast.NewString(link.Label(source.Source())))
		}
		for child := node.FirstChild(); child != nil; child = node.FirstChild() {
			parent.InsertBefore(parent, node, child)
		}
		parent.RemoveChild(parent, node)
	}
}

// destination is where a node leads, as it would be written into the page; "" if it leads nowhere.
func destination(node ast.Node, source []byte) string {
	switch node := node.(type) {
	case *ast.Link:
		return string(util.URLEscape(node.Destination, true))
	case *ast.Image:
		return string(util.URLEscape(node.Destination, true))
	case *ast.AutoLink:
		if node.AutoLinkType == ast.AutoLinkURL {
			return string(node.URL(source))
		}
	}
	return ""
}

// isHarmless has a list of what is allowed: browsers read more spellings of "javascript:" than a list of what is
// not would.
func isHarmless(url string) bool {
	end := strings.IndexAny(url, ":/?#")
	if end < 0 || url[end] != ':' {
		return true
	}
	return slices.Contains([]string{"http", "https", "mailto", "tel"}, strings.ToLower(url[:end]))
}
