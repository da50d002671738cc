"""Verifies a signed webhook: lets in only what was signed with the secret that both sides know."""

import hashlib
import hmac


def handler(req, res):
    secret = req.env.get("WEBHOOK_SECRET")
    if not secret:
        return res.json({"error": "WEBHOOK_SECRET is not set"}, 500)
    if not isinstance(req.payload, str):
        return res.json({"error": "payload must be the raw body, a string"}, 400)
    headers = {name.lower(): value for name, value in req.headers.items()}
    if not is_signed(req.payload, secret, headers.get("x-hub-signature-256", "")):
        return res.json({"error": "signature does not match"}, 401)
    res.json({"verified": True, "event": headers.get("x-github-event")})


def is_signed(body, secret, signature):
    """The signature is over the bytes of the body, so it must come as it was received."""
    digest = hmac.new(secret.encode(), body.encode(errors="surrogatepass"), hashlib.sha256).hexdigest()
    # Bytes, because compare_digest takes no str that is not ASCII, and a caller may send one.
    return hmac.compare_digest(f"sha256={digest}".encode(), signature.encode(errors="surrogatepass"))
