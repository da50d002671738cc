<?php

// The actions of the probe, as the README above this folder lists them.

function deliberate(string $message): never
{
    throw new Exception($message);
}

/** The arguments after the first, as many as the payload has. */
function arguments(object $payload): array
{
    return array_intersect_key((array) $payload, ['status' => true, 'headers' => true]);
}

/** Work left running after the answer: in PHP that is a process of its own. */
function later(callable $work): void
{
    if (pcntl_fork() === 0) {
        usleep(50_000);
        $work();
        exit(0);
    }
}

/** What an await is made of in PHP: a fiber that rests, and is resumed. */
function await(callable $work): void
{
    $fiber = new Fiber(function () use ($work) {
        Fiber::suspend();
        $work();
    });
    $fiber->start();
    usleep(1_000);
    $fiber->resume();
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

function meet(object $payload): void
{
    @mkdir($payload->folder, recursive: true);
    touch("$payload->folder/$payload->name");
    $isHere = static fn (string $name) => !str_ends_with($name, '.done');
    while (count(array_filter(namesIn($payload->folder), $isHere)) < $payload->until) {
        usleep(5_000);
    }
    touch("$payload->folder/$payload->name.done");
}

function dependency(): array
{
    if (Tiny\Tiny::double(21) !== 42) {
        throw new Exception('the dependency does not do what it is for');
    }
    $name = 'open-runtimes/tiny';
    return ['name' => $name, 'version' => Composer\InstalledVersions::getPrettyVersion($name)];
}

/** The handler of one file of the probe, with a load mark and a count of its own. */
function createProbe(string $file): Closure
{
    $load = bin2hex(random_bytes(16));
    $count = 0;

    return function ($req, $res) use ($file, $load, &$count): void {
        $count += 1;
        $payload = $req->payload;
        $nonce = $payload->nonce ?? null;
        $echo = fn () => $res->json(['file' => $file, 'load' => $load, 'count' => $count, 'payload' => $payload,
            'env' => (object) $req->env, 'headers' => (object) $req->headers]);

        switch (is_object($payload) ? $payload->action ?? 'echo' : 'echo') {
            case 'echo':
                $echo();
                break;
            case 'mutate':
                $payload->mutated = $req->env['mutated'] = $req->headers['mutated'] = $nonce;
                $echo();
                break;
            case 'send':
                $res->send(str_repeat($payload->text, $payload->times ?? 1), ...arguments($payload));
                break;
            case 'json':
                $res->json($payload->value, ...arguments($payload));
                break;
            case 'bytes':
                $res->bytes(base64_decode($payload->base64), ...arguments($payload));
                break;
            case 'unencodable':
                $res->json(fopen('php://memory', 'r'));
                break;
            case 'not-a-number':
                $res->json(['value' => ['nan' => NAN, 'infinity' => INF, '-infinity' => -INF][$payload->which]]);
                break;
            case 'throw':
                deliberate($payload->message);
            case 'throw-later':
                await(fn () => deliberate($payload->message));
                break;
            case 'silent':
                break;
            case 'twice':
                $res->send($payload->first);
                $res->send($payload->second);
                break;
            case 'send-then-throw':
                $res->send($payload->text);
                deliberate($payload->message);
            case 'answer-late':
                later(fn () => $res->send($payload->text));
                break;
            case 'stray':
                $res->send($payload->text);
                later(fn () => deliberate($payload->message));
                break;
            case 'print':
                foreach ($payload->stdout as $line) {
                    echo $line, "\n";
                }
                foreach ($payload->stderr as $line) {
                    fwrite(STDERR, "$line\n");
                }
                $res->json(['nonce' => $nonce]);
                break;
            case 'environment':
                $res->json(['nonce' => $nonce, ...environment()]);
                break;
            case 'meet':
                meet($payload);
                $res->json(['nonce' => $nonce]);
                break;
            case 'list':
                $names = is_dir($payload->folder) ? namesIn($payload->folder) : [];
                $res->json(['nonce' => $nonce, 'names' => $names]);
                break;
            case 'exit':
                exit($payload->code);
            case 'kill':
                posix_kill(getmypid(), SIGKILL);
                break;
            case 'orphans':
                for ($i = 0; $i < $payload->count; $i += 1) {
                    exec('sleep 0.05 > /dev/null 2>&1 &');
                }
                $res->json(['nonce' => $nonce]);
                break;
            case 'dependency':
                $res->json(['nonce' => $nonce, ...dependency()]);
                break;
            default:
                throw new Exception("the probe has no action $payload->action");
        }
    };
}
