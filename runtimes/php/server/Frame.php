<?php

declare(strict_types=1);

namespace OpenRuntimes;

/** What the server and a worker say to each other: four bytes of length, one of kind, and the content. */
final class Frame
{
    public const HEAD = 5;

    // To a worker:
    public const FUNCTION = 'f'; // path, NUL, source file: whose worker it is from now on
    public const REQUEST = 'r'; // the body of a request, as it came
    public const EXAMINE = 'e'; // entrypoint, NUL, body: one that is too large for the server to parse itself

    // To the server:
    public const ANSWER = 'a'; // three digits of status, and what Answer calls the rest
    public const UNLOADED = 'u'; // the same, and the file could not be loaded: this worker ends
    public const LOCATION = 'l'; // path, NUL, source file: what a body that was examined asks for

    public static function pack(string $kind, string $content): string
    {
        return pack('N', \strlen($content)) . $kind . $content;
    }

    /** How long a frame is as a whole, by its first bytes. */
    public static function size(string $head): int
    {
        return self::HEAD + unpack('N', $head)[1];
    }

    public static function ofAnswer(string $kind, Answer $answer): string
    {
        return pack('N', 3 + \strlen($answer->rest)) . "$kind{$answer->status}{$answer->rest}";
    }
}
