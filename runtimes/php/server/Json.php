<?php

declare(strict_types=1);

namespace OpenRuntimes;

/** JSON as the contract wants it. PHP's parser itself refuses bad UTF-8, half a surrogate pair and deep nesting. */
final class Json
{
    private const DEEPEST = 512;
    private const DEPTH = self::DEEPEST + 1; // as PHP counts: what is in the innermost brackets is a level too
    private const FLAGS = JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE
        | JSON_PRESERVE_ZERO_FRACTION;

    /** A number that may be beyond the range of a double. */
    private const HUGE = '~\d[eE]\+?\d{3}|\d{300}~';

    /** A member whose name begins with U+0000, or else a string, which is passed over. */
    private const NUL_NAME = '~"(\\\\u0000(?:[^"\\\\]++|\\\\.)*+"\s*+:)|"(?:[^"\\\\]++|\\\\.)*+"(*SKIP)(*FAIL)~s';

    /**
     * Objects become objects: as arrays they would be lists once they are empty.
     *
     * @throws \JsonException
     */
    public static function decode(string $text): mixed
    {
        try {
            $value = json_decode($text, false, self::DEPTH, JSON_THROW_ON_ERROR);
        } catch (\JsonException $error) {
            if ($error->getCode() !== JSON_ERROR_INVALID_PROPERTY_NAME) {
                throw $error;
            }
            $value = self::decodeNulNames($text);
        }
        if (preg_match(self::HUGE, $text) && !self::isFinite($value)) {
            throw new \JsonException('a number beyond the range of a double', JSON_ERROR_INF_OR_NAN);
        }
        return $value;
    }

    public static function encode(mixed $value): string
    {
        return json_encode($value, self::FLAGS, 2 * self::DEEPEST);
    }

    public static function isObject(mixed $value): bool
    {
        return $value instanceof \stdClass || \is_array($value) && $value !== [] && !array_is_list($value);
    }

    /**
     * No property of an object may have such a name, an element of an array may. So the objects concerned become
     * arrays, and to find them again their names are marked with what occurs nowhere else.
     */
    private static function decodeNulNames(string $text): mixed
    {
        $mark = bin2hex(random_bytes(16));
        $marked = preg_replace(self::NUL_NAME, "\"$mark\$1", $text);
        return self::unmark(json_decode($marked, false, self::DEPTH, JSON_THROW_ON_ERROR), $mark);
    }

    private static function unmark(mixed $value, string $mark): mixed
    {
        if (\is_array($value)) {
            return array_map(static fn ($element) => self::unmark($element, $mark), $value);
        }
        if (!$value instanceof \stdClass) {
            return $value;
        }
        $members = array_map(static fn ($member) => self::unmark($member, $mark), (array) $value);
        $names = array_map(static fn ($name) => str_replace("$mark\0", "\0", (string) $name), array_keys($members));
        $renamed = array_combine($names, $members);
        return array_keys($renamed) === array_keys($members) ? (object) $members : $renamed;
    }

    private static function isFinite(mixed $value): bool
    {
        if (\is_float($value)) {
            return is_finite($value);
        }
        if (\is_array($value) || \is_object($value)) {
            foreach ($value as $member) {
                if (!self::isFinite($member)) {
                    return false;
                }
            }
        }
        return true;
    }
}
