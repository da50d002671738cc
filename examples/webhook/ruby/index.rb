# Verifies a signed webhook: lets in only what was signed with the secret that both sides know.

require "openssl"

def handler(req, res)
  secret = req.env["WEBHOOK_SECRET"].to_s
  return res.json({ error: "WEBHOOK_SECRET is not set" }, 500) if secret.empty?
  return res.json({ error: "payload must be the raw body, a string" }, 400) unless req.payload.is_a?(String)

  headers = req.headers.transform_keys(&:downcase)
  unless signed?(req.payload, secret, headers.fetch("x-hub-signature-256", ""))
    return res.json({ error: "signature does not match" }, 401)
  end

  res.json({ verified: true, event: headers["x-github-event"] })
end

# The signature is over the bytes of the body, so it must come as it was received.
def signed?(body, secret, signature)
  expected = "sha256=#{OpenSSL::HMAC.hexdigest("SHA256", secret, body)}"
  OpenSSL.secure_compare(expected, signature)
end
