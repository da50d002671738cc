<?php

// An object that can be called.
require_once __DIR__ . '/interpreter.php';

return new class {
    private Closure $probe;

    public function __construct()
    {
        $this->probe = createProbe('sibling.php');
    }

    public function __invoke($req, $res): void
    {
        ($this->probe)($req, $res);
    }
};
