<?php

declare(strict_types=1);

namespace OpenRuntimes;

/** The `$res` of one call. It checks its arguments, and not PHP: a wrong one is an answer that is not valid. */
final class Response
{
    /** They belong to the connection or to the runtime, not to the function. */
    private const FORBIDDEN = '~^(?:content-length|transfer-encoding|connection|date|trailer|x-internal-.*)$~iDs';
    private const NAME = '~^[!#$%&\'*+.^_`|\~0-9A-Za-z-]+$~D';
    private const VALUE = '~^[\t\x20-\x7e\x80-\xff]*$~D';

    /** @param \Closure(?Answer, ?\Throwable): void $settle gets each answer, or else why it is none */
    public function __construct(private \Closure $settle)
    {
    }

    /** Answers with a text, as `text/plain; charset=utf-8`. */
    public function send(mixed $text, mixed $status = 200, mixed $headers = []): void
    {
        $this->respond('text/plain; charset=utf-8', self::text(...), $text, $status, $headers);
    }

    /** Answers with any value that `json_encode` encodes. */
    public function json(mixed $value, mixed $status = 200, mixed $headers = []): void
    {
        $this->respond('application/json', Json::encode(...), $value, $status, $headers);
    }

    /** Answers with bytes, a string, as `application/octet-stream`. */
    public function bytes(mixed $bytes, mixed $status = 200, mixed $headers = []): void
    {
        $this->respond('application/octet-stream', self::text(...), $bytes, $status, $headers);
    }

    private function respond(string $type, callable $encode, mixed $value, mixed $status, mixed $headers): void
    {
        try {
            $answer = self::answer($type, $encode($value), $status, $headers);
        } catch (\Throwable $refused) {
            ($this->settle)(null, $refused);
            return;
        }
        ($this->settle)($answer, null);
    }

    private static function text(mixed $text): string
    {
        if (!\is_string($text)) {
            throw new \TypeError('The answer must be a string, not ' . get_debug_type($text) . '.');
        }
        return $text;
    }

    private static function answer(string $type, string $body, mixed $status, mixed $headers): Answer
    {
        if (!\is_int($status) || $status < 200 || $status > 599) {
            $shown = \is_scalar($status) ? var_export($status, true) : get_debug_type($status);
            throw new \ValueError("The status must be a whole number from 200 to 599, not $shown.");
        }
        if (!\is_array($headers) && !$headers instanceof \stdClass) {
            throw new \TypeError('The headers must be an array of strings.');
        }
        $fields = $headers === [] ? '' : self::fields((array) $headers);
        if (!Answer::isBodiless($status) && stripos("\n$fields", "\ncontent-type:") === false) {
            $fields = "Content-Type: $type\r\n$fields";
        }
        return Answer::make($status, $fields, $body);
    }

    /** A list of strings is one header for each. */
    private static function fields(array $headers): string
    {
        $fields = '';
        foreach ($headers as $name => $value) {
            $name = (string) $name;
            if (!preg_match(self::NAME, $name)) {
                throw new \ValueError(var_export($name, true) . ' is no name of a header.');
            }
            if (preg_match(self::FORBIDDEN, $name)) {
                throw new \ValueError("The header $name is not the function's to set.");
            }
            foreach (\is_array($value) ? $value : [$value] as $one) {
                if (!\is_string($one) || !preg_match(self::VALUE, $one)) {
                    throw new \ValueError("The header $name must be a string or a list of strings, on one line.");
                }
                $fields .= "$name: $one\r\n";
            }
        }
        return $fields;
    }
}
