package main

import (
	"testing"

	"openruntimes"
)

func TestGreets(t *testing.T) {
	for payload, want := range map[string]string{`{"name":"Ada"}`: "Hello, Ada!", `{}`: "Hello, world!"} {
		request := openruntimes.NewRequest(nil)
		request.Payload = []byte(payload)
		answer, err := openruntimes.Invoke(handler, request)
		if err != nil {
			t.Fatal(err)
		}
		var out struct{ Message string }
		if err := answer.Decode(&out); err != nil || out.Message != want {
			t.Errorf("%s: got %s", payload, answer.Body)
		}
	}
}
