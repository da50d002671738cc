package server

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
)

// Kind is what went wrong, by the name that callers see.
type Kind string

// The kinds of the contract.
const (
	Unauthorized     Kind = "unauthorized"
	MethodNotAllowed Kind = "method-not-allowed"
	TooLarge         Kind = "too-large"
	BadRequest       Kind = "bad-request"
	CodeNotFound     Kind = "code-not-found"
	LoadFailed       Kind = "load-failed"
	FunctionError    Kind = "function-error"
	NoResponse       Kind = "no-response"
	InvalidResponse  Kind = "invalid-response"
)

var statuses = map[Kind]int{
	Unauthorized: 401, MethodNotAllowed: 405, TooLarge: 413, BadRequest: 400, CodeNotFound: 404,
	LoadFailed: 500, FunctionError: 500, NoResponse: 500, InvalidResponse: 500,
}

// RuntimeError is an answer made by the runtime, not by the function.
type RuntimeError struct {
	kind    Kind
	message string
	stack   string
}

// NewError returns a runtime error. Only the first line is the message.
func NewError(kind Kind, message string) *RuntimeError {
	if end := strings.IndexAny(message, "\r\n"); end >= 0 {
		message = message[:end]
	}
	return &RuntimeError{kind: kind, message: message}
}

func (e *RuntimeError) Error() string {
	return e.message
}

// Answer is what goes to the client.
func (e *RuntimeError) Answer() *Answer {
	status := statuses[e.kind]
	header := http.Header{"Content-Type": {"application/json"}, "X-Internal-Error": {string(e.kind)}}
	if e.kind == MethodNotAllowed {
		header.Set("Allow", http.MethodPost)
	}
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(struct { // a number and two strings can always be encoded
		Code    int    `json:"code"`
		Message string `json:"message"`
		Stack   string `json:"stack,omitempty"`
	}{status, e.message, e.stack})
	return &Answer{Status: status, Header: header, Body: bytes.TrimSpace(body.Bytes())}
}
