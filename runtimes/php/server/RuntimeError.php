<?php

declare(strict_types=1);

namespace OpenRuntimes;

/** An answer made by the runtime, not by the function. */
final class RuntimeError extends \Exception
{
    private const STATUS = [
        'unauthorized' => 401,
        'method-not-allowed' => 405,
        'too-large' => 413,
        'bad-request' => 400,
        'code-not-found' => 404,
        'load-failed' => 500,
        'function-error' => 500,
        'no-response' => 500,
        'invalid-response' => 500,
    ];

    public readonly Answer $answer;

    public function __construct(string $kind, string $message, ?string $stack = null, string $fields = '')
    {
        parent::__construct($message);
        $body = ['code' => self::STATUS[$kind], 'message' => $message];
        if ($stack !== null) {
            $body['stack'] = $stack;
        }
        $fields = "Content-Type: application/json\r\nX-Internal-Error: $kind\r\n$fields";
        // What a function threw may not be UTF-8.
        $text = json_encode($body, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_INVALID_UTF8_SUBSTITUTE);
        $this->answer = Answer::make(self::STATUS[$kind], $fields, $text);
    }
}

/** What there is to say about an error: its name and message, its message, all. */
function describe(\Throwable $error): array
{
    $name = $error::class;
    $message = firstLine($error->getMessage());
    return [$message === '' ? $name : "$name: $message", $message === '' ? $name : $message, stack((string) $error)];
}

/** Without the server's own files, which say nothing of the function. */
function stack(string $text): string
{
    $own = '~^#\d+ ' . preg_quote(\dirname(__DIR__), '~') . '/~';
    $lines = [];
    $number = 0;
    foreach (explode("\n", $text) as $line) {
        if (preg_match($own, $line)) {
            continue;
        }
        $number = str_starts_with($line, 'Stack trace:') ? 0 : $number;
        $lines[] = preg_replace_callback('~^#\d+~', static function () use (&$number): string {
            return '#' . $number++;
        }, $line);
    }
    return implode("\n", $lines);
}

function firstLine(string $text): string
{
    return substr($text, 0, strcspn($text, "\r\n"));
}

/** To the container's log: one write, so that lines of several processes do not mix. */
function say(string $text): void
{
    // A function may have closed the stream.
    if (\is_resource(\STDERR)) {
        fwrite(\STDERR, rtrim($text, "\n") . "\n");
    }
}
