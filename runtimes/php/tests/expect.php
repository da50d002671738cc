<?php

declare(strict_types=1);

namespace OpenRuntimes\Tests;

/** A test that did not find what it expects. */
final class Unexpected extends \Exception
{
}

function same(mixed $expected, mixed $actual, string $what = ''): void
{
    if ($expected !== $actual) {
        $shown = static fn (mixed $value): string => substr(var_export($value, true), 0, 500);
        throw new Unexpected("$what\nexpected {$shown($expected)}\ngot {$shown($actual)}");
    }
}

function holds(string $part, string $text): void
{
    same(true, str_contains($text, $part), "whether \"$part\" is in \"$text\"");
}

/**
 * @template T of \Throwable
 * @param class-string<T> $class
 * @return T what is thrown
 */
function thrown(string $class, callable $act, string $what = ''): \Throwable
{
    try {
        $act();
    } catch (\Throwable $error) {
        if ($error instanceof $class) {
            return $error;
        }
        throw new Unexpected("$what\nexpected $class", 0, $error);
    }
    throw new Unexpected("$what\nexpected $class, and nothing was thrown");
}
