<?php

declare(strict_types=1);

namespace SmallMarkdown;

/** What is within a line: code, links, emphasis. Everything else is text, and is escaped. */
final class Inline
{
    private const LINK = '~\G\[((?:[^\[\]\\\\]|\\\\.)*)\]\(<?([^\s<>()]*)>?(?:\s+"([^"]*)")?\)~';

    private const MARKS = [
        '***' => ['<em><strong>', '</strong></em>'],
        '___' => ['<em><strong>', '</strong></em>'],
        '**' => ['<strong>', '</strong>'],
        '__' => ['<strong>', '</strong>'],
        '*' => ['<em>', '</em>'],
        '_' => ['<em>', '</em>'],
    ];
    private const LONGEST = 4_000; // bytes between two marks: a search without an end is never long

    public static function render(string $text): string
    {
        $html = '';
        $at = 0;
        while ($at < \strlen($text)) {
            [$piece, $length] = self::code($text, $at) ?? self::link($text, $at) ?? self::emphasis($text, $at)
                ?? self::escaped($text, $at) ?? self::plain($text, $at);
            $html .= $piece;
            $at += $length;
        }
        return $html;
    }

    public static function escape(string $text): string
    {
        return htmlspecialchars($text, ENT_COMPAT | ENT_SUBSTITUTE | ENT_HTML5, 'UTF-8');
    }

    private static function code(string $text, int $at): ?array
    {
        if (!preg_match('~\G(`+)(.{1,4000}?)(?<!`)\1(?!`)~s', $text, $parts, 0, $at)) {
            return null;
        }
        $code = strtr($parts[2], "\n", ' ');
        if (trim($code) !== '' && $code[0] === ' ' && $code[-1] === ' ') {
            $code = substr($code, 1, -1);
        }
        return ['<code>' . self::escape($code) . '</code>', \strlen($parts[0])];
    }

    /** If the target is not safe to open, the link stays the text that it is. */
    private static function link(string $text, int $at): ?array
    {
        if ($text[$at] !== '[' || !preg_match(self::LINK, $text, $parts, 0, $at) || !self::isHarmless($parts[2])) {
            return null;
        }
        $title = isset($parts[3]) ? ' title="' . self::escape($parts[3]) . '"' : '';
        $target = self::escape($parts[2]);
        return ["<a href=\"$target\"$title>" . self::render($parts[1]) . '</a>', \strlen($parts[0])];
    }

    private static function isHarmless(string $target): bool
    {
        return preg_match('~^(?:(?:https?|mailto):|[^:]*(?:[/?#]|$))~iD', $target) === 1; // or of no scheme at all
    }

    private static function emphasis(string $text, int $at): ?array
    {
        foreach (self::MARKS as $mark => [$begin, $end]) {
            if (substr_compare($text, $mark, $at, \strlen($mark)) !== 0) {
                continue;
            }
            $char = preg_quote($mark[0], '~');
            $sign = str_repeat($char, \strlen($mark));
            $word = $mark[0] === '_' ? '\w' : '(?!)'; // an underscore within a word is none
            $inner = '(?![\s*_])(.{0,' . self::LONGEST . '}?[^\s\\\\*_])';
            if (preg_match("~\\G(?<!$word)$sign$inner$sign(?!$word|$char)~s", $text, $parts, 0, $at)) {
                return [$begin . self::render($parts[1]) . $end, \strlen($parts[0])];
            }
        }
        return null;
    }

    private static function escaped(string $text, int $at): ?array
    {
        $isEscape = $text[$at] === '\\' && isset($text[$at + 1]) && ctype_punct($text[$at + 1]);
        return $isEscape ? [self::escape($text[$at + 1]), 2] : null;
    }

    /** Up to what may be the beginning of something else; at least one byte. */
    private static function plain(string $text, int $at): array
    {
        $length = 1 + strcspn($text, '`[*_\\', $at + 1);
        $piece = substr($text, $at, $length);
        $broken = preg_replace('~ {2,}\n~', "<br />\n", self::escape($piece));
        return [$broken, $length];
    }
}
