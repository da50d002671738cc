package openruntimes

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Request is what a function is called with: the fields of the body, the function's own to keep or change.
type Request struct {
	// Payload is the function's input, any JSON value. Decode reads it.
	Payload json.RawMessage
	// Env is the function's environment. It never enters the environment of the process.
	Env map[string]string
	// Headers are the headers for the function, names as they were sent.
	Headers map[string]string
}

// NewRequest returns a request with this payload: for the tests of a function. It panics if JSON cannot
// hold the payload.
func NewRequest(payload any) *Request {
	encoded, err := json.Marshal(payload)
	if err != nil {
		panic(fmt.Sprintf("the payload is no JSON: %v", err))
	}
	return &Request{Payload: encoded, Env: map[string]string{}, Headers: map[string]string{}}
}

// Decode reads the payload into a variable, by the rules of encoding/json.
func (r *Request) Decode(into any) error {
	return json.Unmarshal(r.Payload, into)
}

// Header returns a header with that name in any case, as HTTP matches names, or "" if there is none.
// If names differ in nothing but case, the one spelt as asked is preferred.
func (r *Request) Header(name string) string {
	if value, found := r.Headers[name]; found {
		return value
	}
	for own, value := range r.Headers {
		if strings.EqualFold(own, name) {
			return value
		}
	}
	return ""
}
