<?php

// Run it in the example's folder: php tests/index.php

require_once __DIR__ . '/../vendor/autoload.php';

/** What is answered: the text, or the status of a refusal. */
function render(mixed $payload): string|int
{
    $res = new class {
        public string|int $answer = 0;

        public function send(string $text): void
        {
            $this->answer = $text;
        }

        public function json(mixed $value, int $status): void
        {
            $this->answer = $status;
        }
    };
    $handler = require __DIR__ . '/../index.php';
    $handler((object) ['payload' => $payload], $res);
    return $res->answer;
}

function expect(string $what, bool $holds, string|int $answer): void
{
    if (!$holds) {
        echo "failed: $what: $answer\n";
        exit(1);
    }
    echo "passed: $what\n";
}

$html = render((object) ['markdown' => '*a* <b>b</b>']);
expect('HTML comes out as text', $html === "<p><em>a</em> &lt;b&gt;b&lt;/b&gt;</p>\n", $html);
$html = render((object) ['markdown' => '[a](https://example.org)']);
expect('a link', str_contains($html, 'href="https://example.org"'), $html);
foreach (['javascript:alert(1)', 'JaVaScRiPt:1', 'data:text/html,1'] as $url) {
    $html = render((object) ['markdown' => "[a]($url)"]);
    expect("no link to $url", !str_contains($html, 'href'), $html);
}
foreach ([null, (object) [], (object) ['markdown' => 1], '# a'] as $payload) {
    $status = render($payload);
    expect('a refusal of ' . json_encode($payload), $status === 400, $status);
}
