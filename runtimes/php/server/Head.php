<?php

declare(strict_types=1);

namespace OpenRuntimes;

/** The head of a request: whether it is well-formed, and what of it counts here. */
final class Head
{
    private const TOKEN = '[!#$%&\'*+.^_`|\~0-9A-Za-z-]++';
    private const WHOLE = '~^(' . self::TOKEN . ') [\x21-\x7e\x80-\xff]++ HTTP/1\.([01])\r\n'
        . '((?:' . self::TOKEN . ':[\t\x20-\x7e\x80-\xff]*+\r\n)*+)$~D';
    /** One field, as it is in a head and behind a chunked body. */
    public const FIELD = '~^' . self::TOKEN . ':[\t\x20-\x7e\x80-\xff]*+$~D';
    private const WANTED = '~^(x-internal-challenge|host|content-length|transfer-encoding|connection|expect):'
        . '[ \t]*+([^\r]*+)~im';

    /** Whether it is the last of its connection. */
    public readonly bool $isLast;

    /** The length of the body as declared; null if it comes in chunks. */
    public readonly ?int $length;

    /** @param array<string, list<string>> $fields those that count, names in lower case */
    private function __construct(
        public readonly string $method,
        public readonly bool $isOld,
        public readonly array $fields,
    ) {
    }

    /** @param string $text up to the line break of the last field */
    public static function parse(string $text): self
    {
        if (!preg_match(self::WHOLE, $text, $parts)) {
            throw Refusal::bad();
        }
        preg_match_all(self::WANTED, $parts[3], $found, PREG_SET_ORDER);
        $fields = [];
        foreach ($found as [, $name, $value]) {
            $fields[strtolower($name)][] = rtrim($value, " \t");
        }
        return new self($parts[1], $parts[2] === '0', $fields);
    }

    /** How the body is framed. Another reader might take a body framed in two ways for two requests. */
    public function frame(): void
    {
        $encodings = $this->fields['transfer-encoding'] ?? [];
        $lengths = $this->fields['content-length'] ?? ['0'];
        if ($encodings !== []) {
            $isChunked = \count($encodings) === 1 && strtolower($encodings[0]) === 'chunked';
            if (!$isChunked || $this->isOld || isset($this->fields['content-length'])) {
                throw Refusal::bad();
            }
        } elseif (\count($lengths) !== 1 || !ctype_digit($lengths[0]) || \strlen($lengths[0]) > 18) {
            throw Refusal::bad();
        }
        $this->length = $encodings === [] ? (int) $lengths[0] : null;
        $this->isLast = $this->isOld || isset($this->fields['connection'])
            && preg_match('~(?:^|,)[ \t]*close[ \t]*(?:,|$)~iD', implode(',', $this->fields['connection'])) === 1;
    }

    /** Whether the client holds its body back until it is told to go on. */
    public function waits(): bool
    {
        return isset($this->fields['expect']) && strtolower($this->fields['expect'][0]) === '100-continue';
    }
}

/** What the HTTP layer itself refuses: no answer of the contract's. */
final class Refusal extends \Exception
{
    private function __construct(public readonly Answer $answer)
    {
        parent::__construct();
    }

    public static function bad(): self
    {
        return new self(Answer::make(400, '', ''));
    }

    public static function headTooLarge(): self
    {
        return new self(Answer::make(431, '', ''));
    }
}
