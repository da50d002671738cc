<?php

// Renders Markdown to HTML that is safe to show: what is HTML in the source is shown as text.

use SmallMarkdown\Blocks;

return function ($req, $res) {
    $source = $req->payload->markdown ?? null;
    if (!is_string($source)) {
        return $res->json(['error' => 'payload.markdown must be a string'], 400);
    }
    $res->send(Blocks::render($source), 200, ['Content-Type' => 'text/html; charset=utf-8']);
};
