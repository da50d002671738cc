package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"testing"

	"openruntimes/runtime/server/cases"
)

func TestJSONIsJudgedAsInEveryLanguage(t *testing.T) {
	names := map[checked]string{valid: "valid", invalid: "invalid", tooDeep: "too-deep"}
	for _, c := range cases.Of[struct {
		Name, Is string
		Body     cases.Bytes
	}](t, "json") {
		got := names[check(c.Body)]
		if got != c.Is && !(c.Is == "either" && got != "too-deep") {
			t.Errorf("%s is %s and not %s", c.Name, got, c.Is)
		}
	}
}

func TestFilesStayInside(t *testing.T) {
	for _, c := range cases.Of[struct {
		File   string
		Inside bool
	}](t, "files") {
		if StaysInside(c.File) != c.Inside {
			t.Errorf("%q: inside is not %v", c.File, c.Inside)
		}
	}
}

// expected is an invocation, or the message of the refusal.
type expected struct {
	Name       string
	Body       cases.Bytes
	Message    string
	Invocation struct {
		Path, File   string
		Payload      any
		Env, Headers map[string]string
	}
}

func TestBodiesAreParsed(t *testing.T) {
	for _, c := range cases.Of[expected](t, "bodies") {
		invocation, err := Parse(c.Body, "ENTRYPOINT")
		var refusal *RuntimeError
		switch {
		case errors.As(err, &refusal):
			if refusal.kind != BadRequest || refusal.message != c.Message {
				t.Errorf("%s: %s %q", c.Name, refusal.kind, refusal.message)
			}
		case c.Message != "":
			t.Errorf("%s: %+v, and not %q", c.Name, invocation, c.Message)
		default:
			agree(t, &c, invocation)
		}
	}
}

func agree(t *testing.T, c *expected, invocation *Invocation) {
	want := &c.Invocation
	variables, err := strconv.Atoi(string(invocation.input[1]))
	if err != nil {
		t.Fatal(err)
	}
	env, headers := object(invocation.input[2:2+2*variables]), object(invocation.input[2+2*variables:])
	if invocation.Path != want.Path || invocation.File != want.File || !reflect.DeepEqual(env, want.Env) ||
		!reflect.DeepEqual(headers, want.Headers) {
		t.Errorf("%s: %s %s %v %v", c.Name, invocation.Path, invocation.File, env, headers)
	}
	var payload any
	if err := json.Unmarshal(invocation.input[0], &payload); err != nil || !reflect.DeepEqual(payload, want.Payload) {
		t.Errorf("%s: payload %s, %v", c.Name, bytes.TrimSpace(invocation.input[0]), err)
	}
}

func object(namesAndValues [][]byte) map[string]string {
	found := map[string]string{}
	for i := 0; i < len(namesAndValues); i += 2 {
		found[string(namesAndValues[i])] = string(namesAndValues[i+1])
	}
	return found
}
