<?php

namespace Tiny;

final class Tiny
{
    public static function double(int $number): int
    {
        return 2 * $number;
    }
}
