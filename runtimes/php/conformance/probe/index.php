<?php

// A closure, as most functions are.
require_once __DIR__ . '/actions.php';

return createProbe('index.php');
