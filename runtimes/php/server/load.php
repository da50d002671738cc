<?php

declare(strict_types=1);

namespace OpenRuntimes;

/** The handler of a source file. What Composer installed is found from the first line on. */
function load(string $path, string $source): callable
{
    try {
        if (is_file("$path/composer.json")) {
            loadExtensions((string) file_get_contents("$path/composer.json"));
        }
        if (is_file("$path/vendor/autoload.php")) {
            open("$path/vendor/autoload.php");
        }
        $handler = open($source);
    } catch (\Throwable $error) {
        [$text, , $stack] = describe($error);
        say($stack);
        throw new RuntimeError('load-failed', $text, $stack);
    }
    if (!\is_callable($handler)) {
        throw new RuntimeError('load-failed', "$source exports no handler: "
            . 'write "return function ($req, $res) { … };" at its end.');
    }
    return $handler;
}

/** A file sees no variable of the server's. */
function open(string $file): mixed
{
    return (static fn () => require \func_get_arg(0))($file);
}

/** The extensions that the manifest requires by name. All that Debian has would take longer to load than PHP itself. */
function loadExtensions(string $manifest): void
{
    foreach (json_decode($manifest, true)['require'] ?? [] as $name => $_) {
        $extension = substr($name, 4);
        if (str_starts_with($name, 'ext-') && !\extension_loaded($extension) && !@dl($extension)) {
            throw new \RuntimeException("composer.json requires $name, and the image has no such extension.");
        }
    }
}
