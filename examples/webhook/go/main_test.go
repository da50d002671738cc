package main

import (
	"strings"
	"testing"

	"openruntimes"
)

const (
	body      = `{"action":"opened"}`
	signature = "sha256=49718fbc4de7fcea51e68935108aff32bde7c071c9195122c671ee1edd44eafe"
)

func status(t *testing.T, payload any, secret, signature string) int {
	t.Helper()
	request := openruntimes.NewRequest(payload)
	request.Env["WEBHOOK_SECRET"] = secret
	request.Headers["x-hub-signature-256"] = signature
	answer, err := openruntimes.Invoke(handler, request)
	if err != nil {
		t.Fatal(err)
	}
	return answer.Status
}

func TestOnlyTheRightSignatureIsLetIn(t *testing.T) {
	if got := status(t, body, "example-secret", signature); got != 200 {
		t.Errorf("the right one: %d", got)
	}
	if got := status(t, "{}", "example-secret", signature); got != 401 {
		t.Errorf("another body: %d", got)
	}
	for _, wrong := range []string{
		"", "sha256=", signature[:70], signature[7:], strings.ToUpper(signature), "sha256=é",
	} {
		if got := status(t, body, "example-secret", wrong); got != 401 {
			t.Errorf("%s: %d", wrong, got)
		}
	}
}

func TestWhatCannotBeVerifiedIsRefused(t *testing.T) {
	if got := status(t, body, "", signature); got != 500 {
		t.Errorf("without a secret: %d", got)
	}
	for _, payload := range []any{nil, map[string]any{}, 1} {
		if got := status(t, payload, "example-secret", signature); got != 400 {
			t.Errorf("%v: %d", payload, got)
		}
	}
}
