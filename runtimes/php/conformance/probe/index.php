<?php

// A closure, as most functions are.
require_once __DIR__ . '/interpreter.php';

return createProbe('index.php');
