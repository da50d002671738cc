<?php

// The steps of the probe, as conformance/PROBE.md lists them.

function deliberate(string $text): never
{
    throw new Exception($text);
}

/** 50.0 is 50; whatever else a status may be is handed on as it came. */
function integer(mixed $value): mixed
{
    return is_float($value) && $value === floor($value) ? (int) $value : $value;
}

/** The arguments after the first, as many as the step has. */
function arguments(object $step): array
{
    return array_map(integer(...), array_intersect_key((array) $step, ['status' => true, 'headers' => true]));
}

function namesIn(string $folder): array
{
    return array_values(array_diff(scandir($folder), ['.', '..']));
}

function environment(): array
{
    $processes = [];
    foreach (array_filter(scandir('/proc'), ctype_digit(...)) as $number) {
        $text = @file_get_contents("/proc/$number/environ");
        if ($text !== false) { // of another user, or gone by now
            $processes[$number] = str_replace("\0", "\n", $text);
        }
    }
    return ['variables' => (object) getenv(), 'processes' => (object) $processes];
}

function meet(object $step): void
{
    @mkdir($step->folder, recursive: true);
    touch("$step->folder/$step->name");
    $isHere = static fn (string $name) => !str_ends_with($name, '.done');
    while (count(array_filter(namesIn($step->folder), $isHere)) < $step->until) {
        usleep(5_000);
    }
    touch("$step->folder/$step->name.done");
}

function printLine(string $text, string $to): void
{
    if ($to === 'stderr') {
        fwrite(STDERR, "$text\n");
    } else {
        echo $text, "\n";
    }
}

function orphans(int $times): void
{
    for ($i = 0; $i < $times; $i += 1) {
        exec('sleep 0.05 > /dev/null 2>&1 &');
    }
}

function dependency(): array
{
    if (Tiny\Tiny::double(21) !== 42) {
        throw new Exception('the dependency does not do what it is for');
    }
    $name = 'open-runtimes/tiny';
    return ['name' => $name, 'version' => Composer\InstalledVersions::getPrettyVersion($name)];
}

/** Takes one step that does not change how the rest is taken. */
function take(object $step, Call $call): void
{
    $res = $call->res;
    match ($step->do) {
        'echo' => ($call->echo)(),
        'answer' => $res->json($call->notes),
        'send' => $res->send(str_repeat($step->text, $step->times ?? 1), ...arguments($step)),
        'json' => $res->json($step->value, ...arguments($step)),
        'bytes' => $res->bytes(base64_decode($step->base64), ...arguments($step)),
        'unencodable' => $res->json(fopen('php://memory', 'r')),
        'nan' => $res->json(['value' => ['nan' => NAN, 'infinity' => INF, '-infinity' => -INF][$step->which]]),
        'throw' => deliberate($step->text),
        'pass' => null,
        'print' => printLine($step->text, $step->to ?? 'stdout'),
        'set' => $call->set($step->name, $step->text),
        'environ' => $call->note(environment()),
        'meet' => meet($step),
        'list' => $call->note(['names' => is_dir($step->folder) ? namesIn($step->folder) : []]),
        'exit' => exit((int) $step->code),
        'kill' => posix_kill(getmypid(), SIGKILL),
        'orphans' => orphans((int) $step->times),
        'dependency' => $call->note(dependency()),
        default => throw new Exception("the probe has no step \"$step->do\""),
    };
}
