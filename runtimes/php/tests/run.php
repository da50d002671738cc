<?php

// The server's own tests: how a request is read, what may be in its body, and what an answer is made of.
// They run in the image, `cargo test -p conformance --test units php`, and stay out of it. PHPUnit is not in the
// image, so a test is a closure under its name, and this is all that runs them.

declare(strict_types=1);

namespace OpenRuntimes\Tests;

require __DIR__ . '/../server.php';
require __DIR__ . '/cases.php';
require __DIR__ . '/expect.php';

error_reporting(E_ALL);
set_error_handler(static function (int $level, string $message, string $file, int $line): bool {
    // What is silenced by an @ is not reported.
    return (error_reporting() & $level) === 0 || throw new \ErrorException($message, 0, $level, $file, $line);
});

$passed = 0;
$failed = 0;
foreach (glob(__DIR__ . '/*Test.php') as $file) {
    foreach (require $file as $name => $test) {
        $name = basename($file, '.php') . ": $name";
        try {
            $test();
            echo "passed: $name\n";
            $passed += 1;
        } catch (\Throwable $error) {
            echo "FAILED: $name\n$error\n";
            $failed += 1;
        }
    }
}
echo "$passed passed, $failed failed\n";
exit($failed === 0 && $passed > 0 ? 0 : 1);
