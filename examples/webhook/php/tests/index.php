<?php

// Run it in the example's folder: php tests/index.php

const BODY = '{"action":"opened"}';
const SIGNATURE = 'sha256=49718fbc4de7fcea51e68935108aff32bde7c071c9195122c671ee1edd44eafe';

/** The status for a webhook that came with this signature. */
function status(mixed $payload, string $signature, string $secret = 'example-secret'): int
{
    $res = new class {
        public int $status = 0;

        public function json(mixed $value, int $status = 200): void
        {
            $this->status = $status;
        }
    };
    $headers = ['X-Hub-Signature-256' => $signature];
    $handler = require __DIR__ . '/../index.php';
    $handler((object) ['payload' => $payload, 'headers' => $headers, 'env' => ['WEBHOOK_SECRET' => $secret]], $res);
    return $res->status;
}

function expect(string $what, int $status, int $shouldBe): void
{
    if ($status !== $shouldBe) {
        echo "failed: $what: $status\n";
        exit(1);
    }
    echo "passed: $what\n";
}

expect('the right signature', status(BODY, SIGNATURE), 200);
expect('another body', status('{}', SIGNATURE), 401);
foreach (['', 'sha256=', substr(SIGNATURE, 0, -1), substr(SIGNATURE, 7), strtoupper(SIGNATURE), 'sha256=é'] as $wrong) {
    expect("the signature '$wrong'", status(BODY, $wrong), 401);
}
expect('no secret', status(BODY, SIGNATURE, ''), 500);
foreach ([null, (object) [], 1] as $payload) {
    expect('the payload ' . json_encode($payload), status($payload, SIGNATURE), 400);
}
