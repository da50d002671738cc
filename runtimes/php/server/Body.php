<?php

declare(strict_types=1);

namespace OpenRuntimes;

/** The fields of a request's body: what each may be, and its default. */
final class Body
{
    /** Folders and files asked for lately, each by the one name under which it is known here. */
    private static array $located = [];

    private function __construct(private array $members)
    {
    }

    /** @throws \JsonException */
    public static function decode(string $text): ?self
    {
        $body = $text === '' ? new \stdClass() : Json::decode($text);
        return Json::isObject($body) ? new self((array) $body) : null;
    }

    public function text(string $name, string $default): string
    {
        $value = $this->members[$name] ?? $default;
        self::demand(\is_string($value) && $value !== '', "$name must be a non-empty string.");
        return $value;
    }

    /** @return array<string, string> an array of its own for each request */
    public function strings(string $name): array
    {
        $value = $this->members[$name] ?? new \stdClass();
        $message = "$name must be an object of strings.";
        self::demand(Json::isObject($value), $message);
        $strings = (array) $value;
        foreach ($strings as $member) {
            self::demand(\is_string($member), $message);
        }
        return $strings;
    }

    /** What the function gets. */
    public function request(): Request
    {
        $payload = $this->members['payload'] ?? new \stdClass();
        return new Request($payload, $this->strings('env'), $this->strings('headers'));
    }

    public static function demand(bool $holds, string $message): void
    {
        if (!$holds) {
            throw new RuntimeError('bad-request', $message);
        }
    }

    /** Lexical: no file system is asked, symbolic links are followed. */
    public static function staysInside(string $file): bool
    {
        return !str_contains($file, "\0") && $file[0] !== '/' && !str_starts_with(self::normalise($file) . '/', '../');
    }

    /** @return array{string, string} the folder and the source file */
    public static function locate(string $path, string $file): array
    {
        $asked = "$path\0$file";
        if (!isset(self::$located[$asked])) {
            self::$located = \array_slice(self::$located, -255, null, true);
            self::$located[$asked] = [self::normalise($path), self::normalise("$path/$file")];
        }
        return self::$located[$asked];
    }

    /** Without empty parts, `.` and `..`, as far as the name alone tells. */
    private static function normalise(string $name): string
    {
        $parts = [];
        foreach (explode('/', $name) as $part) {
            if ($part === '..' && $parts !== [] && end($parts) !== '..') {
                array_pop($parts);
            } elseif ($part === '..' ? $name[0] !== '/' : $part !== '' && $part !== '.') {
                $parts[] = $part;
            }
        }
        return ($name[0] === '/' ? '/' : '') . implode('/', $parts);
    }
}
