<?php

declare(strict_types=1);

namespace SmallMarkdown;

/** The blocks of a text: headings, fenced code, lists, paragraphs. What belongs to none of them is a paragraph. */
final class Blocks
{
    private const DEEPEST = 16; // lists in lists

    private const HEADING = '~^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$~D';
    private const FENCE = '~^( {0,3})(`{3,}|\~{3,})[ \t]*([^`\s]*)[^`]*$~D';
    private const ITEM = '~^( {0,3})([-*+]|\d{1,9}[.)])([ \t]+|$)(.*)$~D';
    private const RULE = '~^ {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$~D';

    private string $html = '';
    private int $at = 0;

    /** @param list<string> $lines */
    private function __construct(private readonly array $lines, private readonly int $depth)
    {
    }

    public static function render(string $markdown): string
    {
        $lines = explode("\n", str_replace(["\r\n", "\r"], "\n", $markdown));
        return (new self($lines, 0))->all();
    }

    private function all(): string
    {
        while (($line = $this->line()) !== null) {
            if (trim($line) === '') {
                $this->at += 1;
            } elseif (preg_match(self::FENCE, $line, $parts)) {
                $this->code(\strlen($parts[1]), $parts[2], $parts[3]);
            } elseif (preg_match(self::HEADING, $line, $parts)) {
                $this->at += 1;
                $level = \strlen($parts[1]);
                $this->html .= "<h$level>" . Inline::render(trim($parts[2] ?? '')) . "</h$level>\n";
            } elseif (preg_match(self::RULE, $line)) {
                $this->at += 1;
                $this->html .= "<hr />\n";
            } elseif ($this->depth < self::DEEPEST && preg_match(self::ITEM, $line, $parts)) {
                $this->list($parts[2]);
            } else {
                $this->html .= '<p>' . Inline::render($this->paragraph()) . "</p>\n";
            }
        }
        return $this->html;
    }

    /** The line whose turn it is, or one further on. */
    private function line(int $ahead = 0): ?string
    {
        return $this->lines[$this->at + $ahead] ?? null;
    }

    private function code(int $indent, string $fence, string $language): void
    {
        $this->at += 1;
        $end = '~^ {0,3}' . preg_quote($fence[0], '~') . '{' . \strlen($fence) . ',}[ \t]*$~D';
        $text = '';
        while (($line = $this->line()) !== null && !preg_match($end, $line)) {
            $text .= substr($line, min($indent, strspn($line, ' '))) . "\n";
            $this->at += 1;
        }
        $this->at += 1;
        $class = $language === '' ? '' : ' class="language-' . Inline::escape($language) . '"';
        $this->html .= "<pre><code$class>" . Inline::escape($text) . "</code></pre>\n";
    }

    /** A list goes on as long as items of its kind follow. With an empty line in it, its items are paragraphs. */
    private function list(string $marker): void
    {
        $items = [];
        $isLoose = false;
        while (preg_match(self::ITEM, $this->line() ?? '', $parts) && $parts[2][-1] === $marker[-1]) {
            $isLoose = $isLoose || $items !== [] && trim(end($items)[array_key_last(end($items))]) === '';
            $item = $this->item($parts);
            $isLoose = $isLoose || \in_array('', array_map('trim', \array_slice($item, 0, -1)), true);
            $items[] = $item;
        }
        $isOrdered = ctype_digit($marker[0]);
        $start = $isOrdered && (int) $marker !== 1 ? ' start="' . (int) $marker . '"' : '';
        $tag = $isOrdered ? 'ol' : 'ul';
        $this->html .= "<$tag$start>\n";
        foreach ($items as $item) {
            $inner = (new self($item, $this->depth + 1))->all();
            $this->html .= '<li>' . ($isLoose ? "\n$inner" : self::tight($inner)) . "</li>\n";
        }
        $this->html .= "</$tag>\n";
    }

    /** The lines of an item: those that are indented, and those that go on with its paragraph. */
    private function item(array $parts): array
    {
        $indent = \strlen($parts[1] . $parts[2]) + max(1, min(4, \strlen($parts[3])));
        $item = [$parts[4]];
        $this->at += 1;
        while (($line = $this->line()) !== null && $this->goesOn($line, $indent, end($item))) {
            $item[] = substr($line, min($indent, strspn($line, ' ')));
            $this->at += 1;
        }
        return $item;
    }

    private function goesOn(string $line, int $indent, string $before): bool
    {
        if (trim($line) === '') {
            $next = $this->line(1) ?? '';
            return trim($next) !== '' && (strspn($next, ' ') >= $indent || preg_match(self::ITEM, $next) === 1);
        }
        return strspn($line, ' ') >= $indent || trim($before) !== '' && !$this->begins($line);
    }

    /** The text of an item without the tags of a paragraph. */
    private static function tight(string $inner): string
    {
        if (!str_starts_with($inner, '<p>')) {
            return $inner === '' ? '' : "\n$inner";
        }
        [$text, $rest] = explode("</p>\n", substr($inner, 3), 2);
        return $rest === '' ? $text : "$text\n$rest";
    }

    private function paragraph(): string
    {
        $text = '';
        do {
            $text .= ltrim($this->line()) . "\n";
            $this->at += 1;
            $line = $this->line();
        } while ($line !== null && trim($line) !== '' && !$this->begins($line));
        return rtrim($text);
    }

    /** Whether a line begins another block. */
    private function begins(string $line): bool
    {
        return preg_match(self::FENCE, $line) || preg_match(self::HEADING, $line) || preg_match(self::RULE, $line)
            || $this->depth < self::DEEPEST && preg_match(self::ITEM, $line);
    }
}
