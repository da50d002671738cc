<?php

declare(strict_types=1);

namespace OpenRuntimes\Tests;

use OpenRuntimes\Json;

/** What the server makes of a body as JSON. */
function verdict(string $text): string
{
    try {
        Json::decode($text);
    } catch (\JsonException $error) {
        return $error->getCode() === JSON_ERROR_DEPTH ? 'too-deep' : 'invalid';
    }
    return 'valid';
}

return [
    'cases' => static function (): void {
        foreach (cases('json') as $case) {
            $verdict = verdict(joined($case->body));
            $isAllowed = $case->is === 'either' ? $verdict !== 'too-deep' : $verdict === $case->is;
            same(true, $isAllowed, "$case->name is $verdict");
        }
    },
    'numbers beyond a double are refused' => static function (): void {
        foreach (['[1e400]', '[-1e400]', '[1E+400]', '{"a":[' . str_repeat('9', 400) . ']}'] as $text) {
            same('invalid', verdict($text), $text);
        }
        same('valid', verdict('["1e400", 1e30, 1e-400]'));
    },
    'objects stay objects' => static function (): void {
        same('{}', Json::encode(Json::decode('{}')));
        same('{"0":1}', Json::encode(Json::decode('{"0":1}')));
        same('[[],{"a":{}}]', Json::encode(Json::decode(' [ [] , {"a" : {}} ] ')));
    },
    'a name that begins with U+0000' => static function (): void {
        $nested = '{"\u0000":{"\u0000b":[{}]},"c":"\"\\\\u0000:"}';
        foreach (['{"\u0000a":1}', $nested, '[{"\u0000":"\u0000"}]'] as $text) {
            same($text, Json::encode(Json::decode($text)), $text);
        }
    },
    'it is written without spaces and as UTF-8' => static function (): void {
        same('{"é":[1,1.0,null,true,"\u0000/"]}', Json::encode(['é' => [1, 1.0, null, true, "\0/"]]));
    },
    'what has no JSON is refused' => static function (): void {
        $circle = new \stdClass();
        $circle->circle = $circle;
        foreach ([NAN, INF, $circle, "\xff", fopen('php://memory', 'r')] as $value) {
            thrown(\JsonException::class, static fn () => Json::encode($value));
        }
    },
];
