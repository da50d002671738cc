<?php

// A function with a name. That nested/deep.php has one of the same name does not matter.
use OpenRuntimes\Request;
use OpenRuntimes\Response;

require_once __DIR__ . '/interpreter.php';

function handler(Request $req, Response $res): void
{
    static $probe = null;
    $probe ??= createProbe('named.php');
    $probe($req, $res);
}

return 'handler';
