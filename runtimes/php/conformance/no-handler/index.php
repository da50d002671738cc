<?php

// A handler, but under a name of its own: the file returns nothing.
function handler($req, $res)
{
    $res->send('never');
}
