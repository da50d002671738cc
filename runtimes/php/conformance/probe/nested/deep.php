<?php

// In a sub-folder, and with a function of the same name as another file's.
require_once __DIR__ . '/../interpreter.php';

function handler($req, $res): void
{
    static $probe = null;
    $probe ??= createProbe('nested/deep.php');
    $probe($req, $res);
}

return handler(...);
