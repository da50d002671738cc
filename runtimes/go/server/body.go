package server

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// Invocation is a request for a function: which one, and what it is called with. The input is the payload, the
// number of variables, then names and values in turn: first the variables of env, then the headers.
type Invocation struct {
	Path, File string
	input      [][]byte
}

// firstPiece of a body is what memory is taken for before any of it has come.
const firstPiece = 256 << 10

// ReadBody returns the whole body, or why it is refused. Memory is taken for what has come, not for what was
// said: many clients may say much and send little.
func ReadBody(request *http.Request, most int64) ([]byte, error) {
	if request.ContentLength > most {
		return nil, tooLarge(most)
	}
	body := make([]byte, 0, min(max(request.ContentLength, 512), firstPiece))
	for {
		if len(body) == cap(body) {
			body = append(make([]byte, 0, max(request.ContentLength, 2*int64(cap(body)))), body...)
		}
		n, err := request.Body.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		switch {
		case int64(len(body)) > most:
			return nil, tooLarge(most)
		case err == io.EOF:
			return body, nil
		case err != nil && ConnectionOf(request.Context()).IsRefused():
			return nil, NewError(BadRequest, "The chunks of a request must be framed as HTTP/1.1 has it.")
		case err != nil:
			panic(http.ErrAbortHandler) // the client has gone, and with it the connection
		}
	}
}

func tooLarge(most int64) error {
	return NewError(TooLarge, fmt.Sprintf("Body is larger than %d bytes.", most))
}

// Parse reads the fields of a body, each with its default. The payload stays text: the function decodes it.
func Parse(body []byte, entrypoint string) (*Invocation, error) {
	var fields struct{ path, file, env, headers, payload []byte }
	if len(body) > 0 {
		switch check(body) {
		case tooDeep:
			return nil, NewError(BadRequest, "Body is nested deeper than 512 levels.")
		case invalid:
			return nil, NewError(BadRequest, "Body is not valid JSON.")
		}
		if bytes.TrimSpace(body)[0] != '{' {
			return nil, NewError(BadRequest, "Body must be a JSON object.")
		}
		members(body, func(name string, value []byte) {
			if string(value) == "null" {
				value = nil
			}
			switch name {
			case "path":
				fields.path = value
			case "file":
				fields.file = value
			case "env":
				fields.env = value
			case "headers":
				fields.headers = value
			case "payload":
				fields.payload = value
			}
		})
	}
	path, file := text(fields.path, "/usr/code"), text(fields.file, entrypoint)
	if path == "" {
		return nil, must("path", "be a non-empty string")
	}
	if file == "" {
		return nil, must("file", "be a non-empty string")
	}
	env, isObject := pairs(fields.env)
	if !isObject {
		return nil, must("env", "be an object of strings")
	}
	headers, isObject := pairs(fields.headers)
	if !isObject {
		return nil, must("headers", "be an object of strings")
	}
	if path[0] != '/' || strings.IndexByte(path, 0) >= 0 {
		return nil, must("path", "be an absolute path without NUL")
	}
	if !StaysInside(file) {
		return nil, must("file", "be a relative path without NUL that stays inside path")
	}
	if fields.payload == nil {
		fields.payload = []byte("{}")
	}
	input := [][]byte{fields.payload, strconv.AppendInt(nil, int64(len(env)/2), 10)}
	return &Invocation{path, file, append(append(input, env...), headers...)}, nil
}

func must(field, be string) error {
	return NewError(BadRequest, field+" must "+be+".")
}

// text is a string, or "" if it is not one.
func text(value []byte, otherwise string) string {
	switch {
	case value == nil:
		return otherwise
	case value[0] != '"':
		return ""
	}
	return unquote(value)
}

// pairs are the names and values of an object of strings, in turn, and whether it is one.
func pairs(value []byte) (pairs [][]byte, isObject bool) {
	if value == nil {
		return nil, true
	}
	isObject = value[0] == '{'
	if isObject {
		members(value, func(name string, value []byte) {
			if value[0] != '"' {
				isObject = false
				return
			}
			pairs = append(pairs, []byte(name), []byte(unquote(value)))
		})
	}
	return pairs, isObject
}

// StaysInside is lexical: no file system is asked, symbolic links are followed.
func StaysInside(file string) bool {
	if strings.IndexByte(file, 0) >= 0 || strings.HasPrefix(file, "/") {
		return false
	}
	clean := path.Clean(file)
	return clean != ".." && !strings.HasPrefix(clean, "../")
}
