<?php

$load = bin2hex(random_bytes(16));
$count = 0;

return function ($req, $res) use ($load, &$count) {
    $count += 1;
    $res->json(['file' => 'index.php', 'load' => $load, 'count' => $count, 'payload' => $req->payload,
        'env' => (object) $req->env, 'headers' => (object) $req->headers]);
};
