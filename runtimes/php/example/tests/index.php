<?php

// Run it in the example's folder: php tests/index.php

$handler = require __DIR__ . '/../index.php';

foreach (['Hello, Ada!' => (object) ['name' => 'Ada'], 'Hello, world!' => (object) []] as $message => $payload) {
    $res = new class {
        public mixed $answer = null;

        public function json(mixed $value): void
        {
            $this->answer = $value;
        }
    };
    $handler((object) ['payload' => $payload], $res);
    if ($res->answer !== ['message' => $message]) {
        echo "failed: $message\n";
        exit(1);
    }
    echo "passed: $message\n";
}
