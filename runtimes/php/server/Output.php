<?php

declare(strict_types=1);

namespace OpenRuntimes;

/** What a function prints goes to the log line by line: several processes print there at once. */
final class Output
{
    private static string $line = ''; // as far as it has come

    public static function begin(): void
    {
        ob_start(self::pass(...), 1);
    }

    /** What was begun is ended: buffers of the function's own, and a line without a break. */
    public static function endCall(): void
    {
        while (ob_get_level() > 1) {
            ob_end_flush();
        }
        if (self::$line !== '') {
            echo "\n";
        }
        if (ob_get_level() === 0) {
            self::begin();
        }
    }

    private static function pass(string $text, int $phase): string
    {
        $text = self::$line . $text;
        $end = $phase & PHP_OUTPUT_HANDLER_FINAL ? \strlen($text) : (int) strrpos("\n$text", "\n");
        self::$line = substr($text, $end);
        return substr($text, 0, $end);
    }
}
