<?php

return fn ($req, $res) => $res->send('never');
