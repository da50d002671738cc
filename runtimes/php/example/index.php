<?php

// Greets the person that the payload names.
return function ($req, $res) {
    $name = $req->payload->name ?? 'world';
    $res->json(['message' => "Hello, $name!"]);
};
