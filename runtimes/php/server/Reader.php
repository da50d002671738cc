<?php

declare(strict_types=1);

namespace OpenRuntimes;

/** Requests, out of the bytes of one connection, one after another. */
final class Reader
{
    private const LARGEST_HEAD = 65_536;
    private const LONGEST_LINE = 4_096; // of a chunk's size
    // What keeps a head that is not whole from becoming one (TLS, say): its end would be waited for in vain.
    private const HOPELESS = '~^[^A-Za-z]|\r(?!\n|\z)|(?<!\r)\n~';
    private const CHUNK = '~^(?=[0-9A-Fa-f])0*+([0-9A-Fa-f]{0,8})(?:[ \t]*+;[\t\x20-\x7e\x80-\xff]*+)?$~D';

    /** The head of the request being read, once it is whole and let in. */
    public ?Head $head = null;

    /** Its method as soon as that is known, even if it is refused. */
    public string $method = '';

    private bool $isAwaited = false;
    private string $buffer = '';
    private int $offset = 0; // into the buffer: what is before it was taken
    private int $seen = 0; // of the buffer, while a head is not whole
    private string $body = '';
    private ?int $missing = null; // of the chunk being read, null between two of them
    private int $trailer = 0; // bytes of the fields after the last chunk, and 1 more once there is one

    /** @param \Closure(Head): void $admit throws the answer to a request that is not let in */
    public function __construct(private readonly \Closure $admit, private readonly int $limit)
    {
    }

    public function feed(string $data): void
    {
        $this->buffer .= $data; // grows in place
    }

    /** Bytes that came and were not taken yet. */
    public function isEmpty(): bool
    {
        return $this->buffer === '' && $this->head === null;
    }

    /** How much to read at once. For more than a page PHP takes five times as long to find the memory. */
    public function wants(): int
    {
        return $this->head === null ? 4_096 : 262_144;
    }

    /** Whether the client waits for a word before it sends the body. It is told once. */
    public function isAwaited(): bool
    {
        $isAwaited = $this->isAwaited && $this->body === '';
        $this->isAwaited = false;
        return $isAwaited;
    }

    /**
     * The body of the next request, or null as long as it is not whole.
     *
     * @throws RuntimeError|Refusal after which nothing more is read
     */
    public function next(): ?string
    {
        if ($this->head === null && !$this->readHead()) {
            return null;
        }
        $isWhole = $this->head->length === null ? $this->readChunks() : $this->readLength($this->head->length);
        if (!$isWhole) {
            return null;
        }
        $body = $this->body;
        $this->body = '';
        return $body;
    }

    /** Forgets this request, for the next one, and gives back its head. */
    public function finish(): Head
    {
        $head = $this->head;
        $this->head = null;
        $this->method = '';
        $this->isAwaited = false; // the body came with the head
        return $head;
    }

    private function readHead(): bool
    {
        if ($this->buffer === '') {
            return false;
        }
        $this->buffer = ltrim($this->buffer, "\r\n"); // empty lines before a request do no harm
        $end = strpos($this->buffer, "\r\n\r\n");
        if (($end === false ? \strlen($this->buffer) : $end) > self::LARGEST_HEAD) {
            throw Refusal::headTooLarge();
        }
        if ($end === false) {
            if ($this->buffer !== '' && preg_match(self::HOPELESS, $this->buffer, offset: max(0, $this->seen - 1))) {
                throw Refusal::bad();
            }
            $this->seen = \strlen($this->buffer);
            return false;
        }
        $this->seen = 0;
        $head = Head::parse(substr($this->buffer, 0, $end + 2));
        $this->buffer = substr($this->buffer, $end + 4);
        $this->method = $head->method;
        ($this->admit)($head);
        $head->frame();
        $this->limit($head->length ?? 0);
        $this->head = $head;
        $this->isAwaited = $head->waits();
        return true;
    }

    private function readLength(int $length): bool
    {
        if ($this->body === '' && \strlen($this->buffer) === $length) {
            $this->body = $this->buffer;
            $this->buffer = '';
            return true;
        }
        $piece = substr($this->buffer, 0, $length - \strlen($this->body));
        $this->buffer = substr($this->buffer, \strlen($piece));
        $this->body .= $piece;
        return \strlen($this->body) === $length;
    }

    private function readChunks(): bool
    {
        $this->offset = 0;
        $isWhole = false;
        while (!$isWhole && ($line = $this->missing === null ? $this->line() : '') !== null) {
            if ($this->trailer > 0) {
                if ($line !== '' && !preg_match(Head::FIELD, $line)) {
                    throw Refusal::bad();
                }
                $this->trailer += \strlen($line);
                $isWhole = $line === '';
            } elseif ($this->missing === null) {
                $this->beginChunk($line);
            } elseif (!$this->readChunk()) {
                break;
            }
        }
        $this->buffer = substr($this->buffer, $this->offset);
        if ($this->trailer > self::LARGEST_HEAD) {
            throw Refusal::headTooLarge();
        }
        $this->trailer = $isWhole ? 0 : $this->trailer;
        return $isWhole;
    }

    private function beginChunk(string $line): void
    {
        if (!preg_match(self::CHUNK, $line, $parts)) {
            throw Refusal::bad();
        }
        $size = (int) hexdec($parts[1]); // of nothing, if all were zeros, that is 0
        $this->limit(\strlen($this->body) + $size);
        if ($size === 0) {
            $this->trailer = 1;
        } else {
            $this->missing = $size;
        }
    }

    /** As much of a chunk as there is, and the line break behind it. */
    private function readChunk(): bool
    {
        if ($this->missing > 0) {
            $piece = substr($this->buffer, $this->offset, $this->missing);
            $this->body .= $piece;
            $this->offset += \strlen($piece);
            $this->missing -= \strlen($piece);
        }
        $behind = substr($this->buffer, $this->offset, 2);
        if ($this->missing > 0 || \strlen($behind) < 2 && str_starts_with("\r\n", $behind)) {
            return false;
        }
        if ($behind !== "\r\n") {
            throw Refusal::bad();
        }
        $this->offset += 2;
        $this->missing = null;
        return true;
    }

    /** The next line, or null as long as it is not whole. */
    private function line(): ?string
    {
        $end = strpos($this->buffer, "\r\n", $this->offset);
        if (($end === false ? \strlen($this->buffer) : $end) - $this->offset > self::LONGEST_LINE) {
            throw Refusal::bad();
        }
        if ($end === false) {
            return null;
        }
        $line = substr($this->buffer, $this->offset, $end - $this->offset);
        $this->offset = $end + 2;
        return $line;
    }

    private function limit(int $size): void
    {
        if ($size > $this->limit) {
            throw new RuntimeError('too-large', "Body is larger than {$this->limit} bytes.");
        }
    }
}
