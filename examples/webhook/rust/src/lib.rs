//! Verifies a signed webhook: lets in only what was signed with the secret that both sides know.

use hmac::{Hmac, KeyInit, Mac};
use open_runtimes::{Request, Response, json};
use sha2::Sha256;

fn handler(req: Request, res: Response) {
    let Some(secret) = req.env.get("WEBHOOK_SECRET").filter(|secret| !secret.is_empty()) else {
        return res.status(500).json(json!({ "error": "WEBHOOK_SECRET is not set" }));
    };
    let Some(body) = req.payload.as_str() else {
        return res.status(400).json(json!({ "error": "payload must be the raw body, a string" }));
    };
    if !is_signed(body, secret, req.header("X-Hub-Signature-256").unwrap_or_default()) {
        return res.status(401).json(json!({ "error": "signature does not match" }));
    }
    res.json(json!({ "verified": true, "event": req.header("X-GitHub-Event") }));
}

open_runtimes::handler!(handler);

/// The signature is over the bytes of the body, so it must come as it was received.
fn is_signed(body: &str, secret: &str, signature: &str) -> bool {
    let Some(sent) = signature.strip_prefix("sha256=").and_then(bytes_of) else { return false };
    let Ok(mut hmac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return false };
    hmac.update(body.as_bytes());
    hmac.verify_slice(&sent).is_ok() // in constant time
}

/// What hexadecimal digits stand for, lower case as signatures are.
fn bytes_of(digits: &str) -> Option<Vec<u8>> {
    let value = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    let pairs = digits.as_bytes().chunks(2);
    pairs.map(|pair| Some(value(pair[0])? << 4 | value(*pair.get(1)?)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use open_runtimes::invoke;

    const BODY: &str = "{\"action\":\"opened\"}";
    const SIGNATURE: &str = "sha256=49718fbc4de7fcea51e68935108aff32bde7c071c9195122c671ee1edd44eafe";

    fn status(body: &str, signature: &str) -> u16 {
        let mut request = Request::new(body);
        request.env.insert("WEBHOOK_SECRET".into(), "example-secret".into());
        request.headers.insert("x-hub-signature-256".into(), signature.into());
        invoke(handler, request).answer().status
    }

    #[test]
    fn only_the_right_signature_is_let_in() {
        assert_eq!(status(BODY, SIGNATURE), 200);
        assert_eq!(status("{}", SIGNATURE), 401);
        for wrong in ["", "sha256=", &SIGNATURE[..70], &SIGNATURE[7..], &SIGNATURE.to_uppercase(), "sha256=é"]
        {
            assert_eq!(status(BODY, wrong), 401, "{wrong}");
        }
    }

    #[test]
    fn without_a_secret_nothing_is_verified() {
        assert_eq!(invoke(handler, Request::new(BODY)).answer().status, 500);
    }
}
