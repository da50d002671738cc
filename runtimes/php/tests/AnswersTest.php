<?php

declare(strict_types=1);

namespace OpenRuntimes\Tests;

use OpenRuntimes\Answer;
use OpenRuntimes\Frame;
use OpenRuntimes\Response;
use OpenRuntimes\RuntimeError;

use function OpenRuntimes\describe;

/** The status and the rest of the answer that comes of calling $act with a response; null if it is refused. */
function answered(callable $act): ?array
{
    $outcomes = [];
    $act(new Response(static function (?Answer $answer, ?\Throwable $refused) use (&$outcomes): void {
        same(true, ($answer === null) !== ($refused === null));
        $outcomes[] = $answer === null ? null : [$answer->status, $answer->rest];
    }));
    same(1, \count($outcomes), 'outcomes');
    return $outcomes[0];
}

/** What is before the length of an empty text with those headers. */
function fields(mixed $headers): ?string
{
    $answer = answered(static fn (Response $res) => $res->send('', 200, $headers));
    return $answer === null ? null : substr($answer[1], 0, (int) strpos($answer[1], 'Content-Length: '));
}

const TEXT = "Content-Type: text/plain; charset=utf-8\r\n";

return [
    'each kind has its type' => static function (): void {
        same(
            [200, TEXT . "Content-Length: 3\r\n\r\né\0"],
            answered(static fn ($res) => $res->send("é\0")),
        );
        same([200, TEXT . "Content-Length: 0\r\n\r\n"], answered(static fn ($res) => $res->send('')));
        same(
            [201, "Content-Type: application/json\r\nContent-Length: 13\r\n\r\n{\"a\":[1,\"b\"]}"],
            answered(static fn ($res) => $res->json(['a' => [1, 'b']], 201)),
        );
        same(
            [200, "Content-Type: application/octet-stream\r\nContent-Length: 2\r\n\r\n\0\xff"],
            answered(static fn ($res) => $res->bytes("\0\xff")),
        );
    },
    'headers' => static function (): void {
        same(TEXT, fields([]));
        same(TEXT, fields(new \stdClass()));
        same(TEXT . "X-A: 1\r\n", fields(['X-A' => '1']));
        same(TEXT . "1: a\r\n", fields(['1' => 'a']));
        same("content-TYPE: text/html\r\n", fields(['content-TYPE' => 'text/html']));
        same(TEXT . "Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n", fields(['Set-Cookie' => ['a=1', 'b=2']]));
    },
    'headers that are refused' => static function (): void {
        $forbidden = ['Content-Length', 'transfer-encoding', 'CONNECTION', 'Date', 'X-Internal-Error', 'x-internal-a'];
        foreach ([...$forbidden, '', 'a b', 'a:', "a\r\n", 'é', "a\0"] as $name) {
            same(null, fields([$name => '1']), $name);
        }
        foreach (["a\rb", "a\nb", "a\0b", "a\n", 1, null, [1], ["a\n"], new \stdClass()] as $value) {
            same(null, fields(['X-A' => $value]), get_debug_type($value));
        }
        foreach (['X-A: 1', null, 1] as $headers) {
            same(null, fields($headers), get_debug_type($headers));
        }
    },
    'status' => static function (): void {
        $of = static fn (mixed $status) => answered(static fn ($res) => $res->send('a', $status));
        foreach ([200, 418, 599] as $status) {
            same($status, $of($status)[0]);
        }
        same([[204, "\r\n"], [205, "Content-Length: 0\r\n\r\n"], [304, "\r\n"]], [$of(204), $of(205), $of(304)]);
        foreach ([199, 600, 0, -200, 200.5, 200.0, '200', null, true, NAN, []] as $status) {
            same(null, $of($status), get_debug_type($status));
        }
    },
    'values that are refused' => static function (): void {
        same(null, answered(static fn ($res) => $res->send(1)));
        same(null, answered(static fn ($res) => $res->bytes(['a'])));
        same(null, answered(static fn ($res) => $res->json(NAN)));
    },
    'each kind of runtime error' => static function (): void {
        $kinds = [
            'unauthorized' => 401,
            'method-not-allowed' => 405,
            'too-large' => 413,
            'bad-request' => 400,
            'code-not-found' => 404,
            'load-failed' => 500,
            'function-error' => 500,
            'no-response' => 500,
            'invalid-response' => 500,
        ];
        foreach ($kinds as $kind => $code) {
            $answer = (new RuntimeError($kind, 'Why.'))->answer;
            [$head, $body] = explode("\r\n\r\n", $answer->rest);
            same([$code, "{\"code\":$code,\"message\":\"Why.\"}"], [$answer->status, $body]);
            holds("Content-Type: application/json\r\nX-Internal-Error: $kind\r\n", $head);
        }
    },
    'a stack and a field of its own' => static function (): void {
        $rest = (new RuntimeError('load-failed', 'Why.', "at a\nat \xff", "Allow: POST\r\n"))->answer->rest;
        holds("\r\nAllow: POST\r\n", $rest);
        holds('"stack":"at a\nat �"', $rest);
    },
    'what is said of an error' => static function (): void {
        [$text, $message, $stack] = describe(new \DomainException("first\nsecond"));
        same(['DomainException: first', 'first'], [$text, $message]);
        holds("first\nsecond", $stack);
        same(['LogicException', 'LogicException'], \array_slice(describe(new \LogicException()), 0, 2));
    },
    'an answer is the same behind its frame' => static function (): void {
        $answer = (new RuntimeError('no-response', 'Why.'))->answer;
        $frame = Frame::ofAnswer(Frame::ANSWER, $answer);
        same([\strlen($frame), Frame::ANSWER], [Frame::size($frame), $frame[4]]);
        $unpacked = Answer::unpack(substr($frame, Frame::HEAD));
        same([$answer->status, $answer->rest], [$unpacked->status, $unpacked->rest]);
    },
];
