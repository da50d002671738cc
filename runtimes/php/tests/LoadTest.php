<?php

declare(strict_types=1);

namespace OpenRuntimes\Tests;

use OpenRuntimes\RuntimeError;

use function OpenRuntimes\load;

/** Loads a file of that content. What fails is said on stderr as well, as it is when it is served. */
function loaded(string $content): callable
{
    $file = tempnam(sys_get_temp_dir(), 'load');
    file_put_contents($file, "<?php $content");
    try {
        return load(\dirname($file), $file);
    } finally {
        unlink($file);
    }
}

return [
    'a file returns its handler' => static function (): void {
        same(3, (loaded('return fn ($req, $res) => $req + $res;'))(1, 2));
        same(3, (loaded('function add($req, $res) { return $req + $res; } return "add";'))(1, 2));
    },
    'a file sees no variable of the server' => static function (): void {
        same([], (loaded('$seen = get_defined_vars(); return fn () => $seen;'))());
    },
    'a file without a handler' => static function (): void {
        foreach (['', 'return 1;', 'return "no such function";', 'return null;'] as $content) {
            $error = thrown(RuntimeError::class, static fn () => loaded($content), $content);
            same(500, $error->answer->status);
            holds('exports no handler: write', $error->getMessage());
        }
    },
    'a file that fails' => static function (): void {
        $error = thrown(RuntimeError::class, static fn () => loaded('throw new DomainException("the reason");'));
        same('DomainException: the reason', $error->getMessage());
        holds('"stack":', $error->answer->rest);
        holds('ParseError', thrown(RuntimeError::class, static fn () => loaded('function ('))->getMessage());
    },
];
