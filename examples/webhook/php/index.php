<?php

// Verifies a signed webhook: lets in only what was signed with the secret that both sides know.

return function ($req, $res) {
    $secret = $req->env['WEBHOOK_SECRET'] ?? '';
    if ($secret === '') {
        return $res->json(['error' => 'WEBHOOK_SECRET is not set'], 500);
    }
    if (!is_string($req->payload)) {
        return $res->json(['error' => 'payload must be the raw body, a string'], 400);
    }
    $headers = array_change_key_case($req->headers);
    // The signature is over the bytes of the body, so it must come as it was received.
    $expected = 'sha256=' . hash_hmac('sha256', $req->payload, $secret);
    if (!hash_equals($expected, $headers['x-hub-signature-256'] ?? '')) {
        return $res->json(['error' => 'signature does not match'], 401);
    }
    $res->json(['verified' => true, 'event' => $headers['x-github-event'] ?? null]);
};
