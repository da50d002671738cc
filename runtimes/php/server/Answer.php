<?php

declare(strict_types=1);

namespace OpenRuntimes;

/** What goes to a client, but for what only its connection knows: the date, and whether it was the last answer. */
final class Answer
{
    /** @param string $rest fields, an empty line and the body, as they are sent */
    private function __construct(public readonly int $status, public readonly string $rest)
    {
    }

    /** @param string $fields each with the line break behind it */
    public static function make(int $status, string $fields, string $body): self
    {
        if (self::isBodiless($status)) {
            return new self($status, $status === 205 ? "{$fields}Content-Length: 0\r\n\r\n" : "$fields\r\n");
        }
        return new self($status, "{$fields}Content-Length: " . \strlen($body) . "\r\n\r\n$body");
    }

    public static function isBodiless(int $status): bool
    {
        return $status === 204 || $status === 205 || $status === 304;
    }

    /** As a frame carries it. */
    public static function unpack(string $content): self
    {
        return new self((int) substr($content, 0, 3), substr($content, 3));
    }
}
