// Verifies a signed webhook: lets in only what was signed with the secret that both sides know.
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"

	"openruntimes"
)

func handler(req *openruntimes.Request, res *openruntimes.Response) {
	refuse := func(status int, reason string) {
		res.Status(status).JSON(map[string]string{"error": reason})
	}
	secret := req.Env["WEBHOOK_SECRET"]
	if secret == "" {
		refuse(500, "WEBHOOK_SECRET is not set")
		return
	}
	var body *string
	if err := req.Decode(&body); err != nil || body == nil {
		refuse(400, "payload must be the raw body, a string")
		return
	}
	if !isSigned(*body, secret, req.Header("X-Hub-Signature-256")) {
		refuse(401, "signature does not match")
		return
	}
	answer := map[string]any{"verified": true, "event": nil}
	if event := req.Header("X-GitHub-Event"); event != "" {
		answer["event"] = event
	}
	res.JSON(answer)
}

// isSigned: the signature is over the bytes of the body, so it must come as it was received.
func isSigned(body, secret, signature string) bool {
	expected := hmac.New(sha256.New, []byte(secret))
	expected.Write([]byte(body))
	text := "sha256=" + hex.EncodeToString(expected.Sum(nil))
	return hmac.Equal([]byte(text), []byte(signature)) // in constant time
}

func main() { openruntimes.Serve(handler) }
