<?php

declare(strict_types=1);

namespace OpenRuntimes\Tests;

use OpenRuntimes\Head;
use OpenRuntimes\Reader;
use OpenRuntimes\Refusal;
use OpenRuntimes\RuntimeError;

use function OpenRuntimes\admit;
use function OpenRuntimes\authorise;

const POST = "POST / HTTP/1.1\r\nHost: a\r\n";
const CHUNKED = POST . "Transfer-Encoding: chunked\r\n\r\n";

/** What came of bytes that were given to a reader, some at a time. */
final class Reading
{
    /** @var list<array{string, bool}> bodies, and whether each was the last of its connection */
    public array $whole = [];
    public ?int $refused = null;
    public readonly Reader $reader;

    /** @param ?string $key if there is none, it is not asked for */
    public function __construct(string $data, ?int $size = null, ?string $key = null)
    {
        $this->reader = new Reader(static function (Head $head) use ($key): void {
            if ($key !== null) {
                authorise($head, hash('sha256', $key, true));
            }
            admit($head);
        }, 1_000_000);
        foreach (str_split($data, $size ?? \strlen($data)) as $piece) {
            $this->reader->feed($piece);
            $this->take();
        }
    }

    public function outcome(): string
    {
        return $this->refused !== null ? 'refused' : ($this->whole === [] ? 'part' : 'whole');
    }

    private function take(): void
    {
        try {
            while ($this->refused === null && ($body = $this->reader->next()) !== null) {
                $this->whole[] = [$body, $this->reader->finish()->isLast];
            }
        } catch (RuntimeError | Refusal $error) {
            $this->refused = $error->answer->status;
        }
    }
}

return [
    'cases' => static function (): void {
        foreach (cases('http') as $case) {
            $data = joined($case->request);
            foreach ([null, 1_024, 7, 1] as $size) {
                // In the smallest pieces only while that is quick: what is held is searched each time.
                if ($size !== null && \strlen($data) / $size > 10_000) {
                    continue;
                }
                $reading = new Reading($data, $size);
                $name = "$case->name, $size bytes at a time";
                same($case->is, $reading->outcome(), $name);
                if ($case->is === 'whole') {
                    same($case->body, $reading->whole[0][0], $name);
                    same(true, $reading->reader->isEmpty(), $name);
                } elseif ($case->is === 'refused') {
                    same(4, intdiv($reading->refused, 100), $name);
                }
            }
        }
    },
    'two in one piece' => static function (): void {
        $data = POST . "Content-Length: 1\r\n\r\na" . CHUNKED . "1\r\nb\r\n0\r\n\r\n";
        same([['a', false], ['b', false]], (new Reading($data))->whole);
    },
    'the last of its connection' => static function (): void {
        $heads = [
            POST . "\r\n" => false,
            POST . "Connection: close\r\n\r\n" => true,
            POST . "Connection: Keep-Alive, Close\r\n\r\n" => true,
            POST . "Connection: keep-alive\r\n\r\n" => false,
            "POST / HTTP/1.0\r\n\r\n" => true,
        ];
        foreach ($heads as $head => $isLast) {
            same([['', $isLast]], (new Reading($head))->whole, $head);
        }
    },
    'a held back body is asked for, once' => static function (): void {
        $head = POST . "Expect: 100-Continue\r\nContent-Length: 2\r\n\r\n";
        $reader = (new Reading($head))->reader;
        same([true, false], [$reader->isAwaited(), $reader->isAwaited()]);
        same(false, (new Reading("$head{"))->reader->isAwaited());
        same(false, (new Reading(POST . "Content-Length: 2\r\n\r\n"))->reader->isAwaited());
    },
    'a body over the limit' => static function (): void {
        $million = str_repeat('a', 1_000_000);
        same(null, (new Reading(POST . "Content-Length: 1000000\r\n\r\n"))->refused);
        same(413, (new Reading(POST . "Content-Length: 1000001\r\n\r\n"))->refused);
        same(null, (new Reading(CHUNKED . "f4240\r\n$million\r\n0\r\n\r\n"))->refused);
        same(413, (new Reading(CHUNKED . "f4240\r\n$million\r\n1\r\nb"))->refused);
    },
    'another method' => static function (): void {
        foreach (['GET', 'HEAD', 'PUT', 'DELETE'] as $method) {
            same(405, (new Reading("$method / HTTP/1.1\r\nHost: a\r\n\r\n"))->refused, $method);
        }
    },
    'the key is asked for first, and once' => static function (): void {
        $fields = [
            'X-Internal-Challenge: secret' => null,
            'x-INTERNAL-challenge:secret' => null,
            'X-Other: secret' => 401,
            'X-Internal-Challenge: ' => 401,
            'X-Internal-Challenge: secre' => 401,
            'X-Internal-Challenge: secrets' => 401,
            'X-Internal-Challenge: Secret' => 401,
            "X-Internal-Challenge: secret\r\nX-Internal-Challenge: secret" => 401,
            "X-Internal-Challenge: wrong\r\nX-Internal-Challenge: secret" => 401,
        ];
        foreach ($fields as $field => $refused) {
            same($refused, (new Reading(POST . "$field\r\n\r\n", null, 'secret'))->refused, $field);
        }
        $other = "GET / HTTP/1.1\r\nHost: a b\r\nContent-Length: 9999999\r\n\r\n";
        same(401, (new Reading($other, null, 'secret'))->refused);
    },
];
