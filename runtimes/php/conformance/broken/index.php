<?php

// The parenthesis is missing on purpose.
return function ($req, $res) {
    $res->send('never';
};
