<?php

declare(strict_types=1);

namespace OpenRuntimes\Tests;

use OpenRuntimes\Body;
use OpenRuntimes\RuntimeError;

use function OpenRuntimes\parse;

return [
    'cases' => static function (): void {
        foreach (cases('bodies') as $case) {
            $text = joined($case->body);
            if (isset($case->message)) {
                $error = thrown(RuntimeError::class, static fn () => parse($text, 'ENTRYPOINT'), $case->name);
                same($case->message, $error->getMessage(), $case->name);
                same(400, $error->answer->status, $case->name);
                holds("X-Internal-Error: bad-request\r\n", $error->answer->rest);
                continue;
            }
            $expected = $case->invocation;
            same(Body::locate($expected->path, $expected->file), parse($text, 'ENTRYPOINT'), $case->name);
            $request = Body::decode($text)->request();
            same((array) $expected->env, $request->env, $case->name);
            same((array) $expected->headers, $request->headers, $case->name);
            same(json_encode($expected->payload), json_encode($request->payload), $case->name);
        }
    },
    'no two requests share a default' => static function (): void {
        $one = Body::decode('')->request();
        $other = Body::decode('')->request();
        same(false, $one->payload === $other->payload);
    },
    'files' => static function (): void {
        foreach (cases('files') as $case) {
            same($case->inside, Body::staysInside($case->file), $case->file);
        }
    },
    'a file has one name' => static function (): void {
        foreach ([['/a', 'b/c'], ['/a/', './b//c'], ['//a', 'd/../b/c'], ['/x/../a/b/.', 'c']] as [$path, $file]) {
            same('/a/b/c', Body::locate($path, $file)[1], "$path $file");
        }
        same(['/a', '/a/b'], Body::locate('/a//.', 'b'));
    },
];
