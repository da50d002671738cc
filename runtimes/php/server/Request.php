<?php

declare(strict_types=1);

namespace OpenRuntimes;

/** The `$req` of one call: its own values, to be changed as the function likes. */
final class Request
{
    /**
     * @param mixed $payload as JSON: its objects are objects, its arrays are arrays
     * @param array<string, string> $env
     * @param array<string, string> $headers names as sent
     */
    public function __construct(public mixed $payload, public array $env, public array $headers)
    {
    }
}
