<?php

// The probe: takes the steps of a payload one after another.

/** What a step works with: the handler's arguments, the notes for `answer`, and `echo`. */
final class Call
{
    public array $notes;

    public function __construct(public readonly object $req, public readonly object $res, public readonly Closure $echo)
    {
        $this->notes = ['nonce' => $req->payload->nonce ?? null];
    }

    public function note(array $seen): void
    {
        $this->notes = [...$this->notes, ...$seen];
    }

    public function set(string $name, string $text): void
    {
        $this->req->payload->$name = $this->req->env[$name] = $this->req->headers[$name] = $text;
    }
}

function run(array $steps, Call $call): void
{
    require_once __DIR__ . '/steps.php'; // loaded by the first step: the probe's first answer is timed
    foreach ($steps as $index => $step) {
        $rest = array_slice($steps, $index + 1);
        switch ($step->do) {
            case 'sleep':
                await($step->ms, static fn () => run($rest, $call));
                return;
            case 'spawn':
                spawn($step->ms, static fn () => run($rest, $call));
                return;
            default:
                take($step, $call);
        }
    }
}

/** What an await is made of in PHP: a fiber that rests, and is resumed. */
function await(float $ms, callable $rest): void
{
    $fiber = new Fiber(static function () use ($rest) {
        Fiber::suspend();
        $rest();
    });
    $fiber->start();
    usleep((int) ($ms * 1_000));
    $fiber->resume();
}

/** Work left running after the answer: in PHP that is a process of its own. */
function spawn(float $ms, callable $rest): void
{
    if (pcntl_fork() === 0) {
        usleep((int) ($ms * 1_000));
        $rest();
        exit(0);
    }
}

/** The handler of one file of the probe, with a load mark and a count of its own. */
function createProbe(string $file): Closure
{
    $load = bin2hex(random_bytes(16));
    $count = 0;

    return function ($req, $res) use ($file, $load, &$count): void {
        $count += 1;
        $payload = $req->payload;
        $echo = static fn () => $res->json(['file' => $file, 'load' => $load, 'count' => $count,
            'payload' => $req->payload, 'env' => (object) $req->env, 'headers' => (object) $req->headers]);
        if (is_object($payload) && property_exists($payload, 'steps')) {
            run($payload->steps, new Call($req, $res, $echo));
        } elseif (is_object($payload) && property_exists($payload, 'value')) {
            $res->json($payload->value);
        } else {
            $echo();
        }
    };
}
