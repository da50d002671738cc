<?php

declare(strict_types=1);

namespace OpenRuntimes\Tests;

/** @return list<\stdClass> a table of conformance/cases, which all languages read */
function cases(string $name): array
{
    $file = __DIR__ . "/../../../conformance/cases/$name.json";
    $table = json_decode(file_get_contents($file), false, 512, JSON_THROW_ON_ERROR);
    if ($table === []) {
        throw new \LengthException("$name.json has no cases");
    }
    return $table;
}

/** The bytes of a case: text, text that is repeated, and bytes in hexadecimal. */
function joined(array $pieces): string
{
    $bytes = '';
    foreach ($pieces as $piece) {
        $bytes .= match (true) {
            \is_string($piece) => $piece,
            \is_array($piece) => str_repeat($piece[0], $piece[1]),
            default => hex2bin($piece->hex),
        };
    }
    return $bytes;
}
