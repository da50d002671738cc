<?php

// Serves the runtime contract, version 1, on PHP's own sockets. It reads in the order of a request:
// loadConfiguration, authorise, parse, resolveCode, call, reply, shutDown.
//
// PHP does one thing at a time, so functions run in other processes: this one reads requests and hands each
// to a worker, which runs `call`. A function's code never runs here, and the key is never known there.

declare(strict_types=1);

namespace OpenRuntimes;

require __DIR__ . '/server/Sending.php';
require __DIR__ . '/server/Answer.php';
require __DIR__ . '/server/Body.php';
require __DIR__ . '/server/Connection.php';
require __DIR__ . '/server/Connections.php';
require __DIR__ . '/server/ForkServer.php';
require __DIR__ . '/server/Frame.php';
require __DIR__ . '/server/Head.php';
require __DIR__ . '/server/Json.php';
require __DIR__ . '/server/Loop.php';
require __DIR__ . '/server/Output.php';
require __DIR__ . '/server/Pool.php';
require __DIR__ . '/server/Reader.php';
require __DIR__ . '/server/Request.php';
require __DIR__ . '/server/Response.php';
require __DIR__ . '/server/Runner.php';
require __DIR__ . '/server/RuntimeError.php';
require __DIR__ . '/server/Worker.php';
require __DIR__ . '/server/WorkerGroup.php';
require __DIR__ . '/server/load.php';

const HOST = '~^(?:[\w.\~!$&\'()*+,;=%-]*|\[[0-9A-Fa-f:.]+\])(?::[0-9]*)?$~D';

/** @return array{int, string, string} the largest body, the entrypoint, and of the key only its digest */
function loadConfiguration(): array
{
    $limit = variable('INTERNAL_RUNTIME_MAX_BODY', '20971520');
    if (!preg_match('/^0*[1-9][0-9]{0,14}$/D', $limit)) {
        fail('INTERNAL_RUNTIME_MAX_BODY must be a positive whole number of bytes, such as 20971520.');
    }
    $entrypoint = variable('INTERNAL_RUNTIME_ENTRYPOINT', 'index.php');
    if (!Body::staysInside($entrypoint)) {
        fail('INTERNAL_RUNTIME_ENTRYPOINT must be a relative path without "..", such as index.php.');
    }
    // PHP cannot close a descriptor that it did not open. It is a pipe, so what was read is gone from it.
    $descriptor = @fopen('php://fd/3', 'r');
    $isPipe = $descriptor !== false && (fstat($descriptor)['mode'] & 0170000) === 0010000;
    $key = $isPipe ? substr((string) stream_get_contents($descriptor), 0, -1) : ''; // without the line break after it
    if ($key === '') {
        fail('INTERNAL_RUNTIME_KEY did not arrive on descriptor 3: start the server with launch.sh.');
    }
    return [(int) $limit, $entrypoint, hash('sha256', $key, true)];
}

/** Empty counts as unset. "0" is not empty. */
function variable(string $name, string $default): string
{
    $value = (string) getenv($name);
    return $value === '' ? $default : $value;
}

/** Lets in a request that carries the key exactly once. Digests have one length, so timing tells nothing about it. */
function authorise(Head $head, string $digest): void
{
    $challenges = $head->fields['x-internal-challenge'] ?? [];
    if (\count($challenges) !== 1 || !hash_equals($digest, hash('sha256', $challenges[0], true))) {
        throw new RuntimeError('unauthorized', 'Unauthorized');
    }
}

/** Refuses what is well-formed and still not to be answered. */
function admit(Head $head): void
{
    if ($head->method !== 'POST') {
        throw new RuntimeError('method-not-allowed', 'Only POST invokes the function.', null, "Allow: POST\r\n");
    }
    $hosts = $head->fields['host'] ?? [];
    if (\count($hosts) > 1 || $hosts === [] && !$head->isOld || !preg_match(HOST, $hosts[0] ?? '')) {
        throw new RuntimeError('bad-request', 'Host must be one host name, with or without a port.');
    }
}

/**
 * Whether the fields of the body are what they must be.
 *
 * @return array{string, string} the folder and the source file that it names
 */
function parse(string $text, string $entrypoint): array
{
    try {
        $body = Body::decode($text);
    } catch (\JsonException $error) {
        throw new RuntimeError('bad-request', $error->getCode() === JSON_ERROR_DEPTH
            ? 'Body is nested deeper than 512 levels.' : 'Body is not valid JSON.');
    }
    if ($body === null) {
        throw new RuntimeError('bad-request', 'Body must be a JSON object.');
    }
    $path = $body->text('path', '/usr/code');
    $file = $body->text('file', $entrypoint);
    $body->strings('env');
    $body->strings('headers');
    Body::demand($path[0] === '/' && !str_contains($path, "\0"), 'path must be an absolute path without NUL.');
    Body::demand(Body::staysInside($file), 'file must be a relative path without NUL that stays inside path.');
    return Body::locate($path, $file);
}

/** Whether there is such code. A function that has workers was found before; what is missing is not remembered. */
function resolveCode(Pool $pool, string $path, string $source): void
{
    if (!$pool->knows($path, $source) && !is_file($source)) {
        throw new RuntimeError('code-not-found', 'Code file not found.');
    }
}

/** In a worker: runs a handler to its end. The first outcome is the answer; later ones go to stderr. */
final class Call
{
    private ?Answer $first = null;

    /** @param int $process the one in which the call began: the function may fork others */
    public function __construct(private readonly int $process)
    {
    }

    public function run(callable $handler, string $body): Answer
    {
        try {
            $handler(Body::decode($body)->request(), new Response($this->settle(...)));
        } catch (\Throwable $error) {
            $this->fail($error);
        }
        if (getmypid() !== $this->process) {
            exit(0); // a child that the function forked, and that came back to here
        }
        return $this->first ??= (new RuntimeError('no-response', 'The function did not answer.'))->answer;
    }

    public function first(): ?Answer
    {
        return $this->first;
    }

    private function settle(?Answer $answer, ?\Throwable $refused = null): void
    {
        if ($refused !== null) {
            say(describe($refused)[2]);
            $answer = (new RuntimeError('invalid-response', "The function's answer is not valid."))->answer;
        }
        if ($this->first !== null || getmypid() !== $this->process) {
            say('The function had already answered or failed: only the first outcome counts.');
        }
        $this->first ??= $answer;
    }

    private function fail(\Throwable $error): void
    {
        [, $message, $stack] = describe($error);
        say($stack);
        $this->settle((new RuntimeError('function-error', $message, $stack))->answer);
    }
}

/** Between the connections and the workers. */
final class Server
{
    private const PARSED_HERE = 524_288; // bytes: the values of a larger body may take more memory than there is

    public readonly int $limit;
    private readonly string $entrypoint;
    private readonly string $digest;
    private readonly Pool $pool;
    private readonly Connections $connections;

    public function __construct(private readonly Loop $loop)
    {
        $this->pool = new Pool($loop, $this->finish(...)); // before the key: no worker comes of a process that had it
        ini_set('memory_limit', '-1'); // the container's limit is this process's own
        [$this->limit, $this->entrypoint, $this->digest] = loadConfiguration();
        $this->connections = new Connections($loop, $this);
    }

    public function serve(int $port): never
    {
        $this->connections->open($port);
        $this->loop->run($this->tend(...));
    }

    /** As soon as the head of a request is there. Throws the answer to one that is not let in. */
    public function admit(Head $head): void
    {
        authorise($head, $this->digest);
        admit($head);
    }

    /** Once its body is there. */
    public function receive(Connection $connection, string $body): void
    {
        try {
            if (\strlen($body) > self::PARSED_HERE) {
                $this->pool->examine($connection, $body, $this->entrypoint);
            } else {
                $this->call($connection, $body, parse($body, $this->entrypoint));
            }
        } catch (RuntimeError $error) {
            $connection->reply($error->answer);
        }
    }

    private function call(Connection $connection, string $body, array $location): void
    {
        [$path, $source] = $location;
        resolveCode($this->pool, $path, $source);
        $this->pool->call($connection, $body, $path, $source);
    }

    /** A worker has done a job. */
    private function finish(Job $job, string $kind, string $content): void
    {
        try {
            if ($kind === Frame::LOCATION) {
                $this->call($job->connection, $job->body, explode("\0", $content));
                return;
            }
            $answer = Answer::unpack($content);
        } catch (RuntimeError $error) {
            $answer = $error->answer;
        }
        reply($job->connection, $answer);
    }

    /** After each turn of the loop. */
    private function tend(bool $isDue): void
    {
        if ($this->loop->mustStop && !$this->loop->isStopping) {
            $this->loop->isStopping = true;
            $this->connections->stop();
        }
        if ($isDue) {
            $this->connections->sweep();
            $this->pool->rest();
        }
        // A function whose client went away has no connection any more, and still runs to its end.
        if ($this->loop->isStopping && $this->connections->isEmpty() && $this->pool->running === 0) {
            shutDown();
        }
    }
}

function reply(Connection $connection, Answer $answer): void
{
    $connection->reply($answer);
    $connection->resume();
}

/** Once nothing runs any more. Workers end with their sockets. What functions left running is not waited for. */
function shutDown(): never
{
    exit(0);
}

function fail(string $message): never
{
    say($message);
    exit(1);
}

function main(): never
{
    $loop = new Loop();
    $server = new Server($loop);
    pcntl_async_signals(true);
    foreach ([SIGTERM, SIGINT] as $signal) {
        pcntl_signal($signal, static fn () => $loop->mustStop = true);
    }
    $server->serve(3000);
}

if (get_included_files()[0] === __FILE__) {
    main();
}
