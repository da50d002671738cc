<?php

declare(strict_types=1);

namespace OpenRuntimes;

/**
 * The process that workers are forked from. It begins before the server has read the key or met a client, so
 * neither is anywhere in a worker: not in its memory, nor among its descriptors.
 */
final class ForkServer
{
    private const OUT_OF_MEMORY_FIRST = '500'; // a worker goes before the server does

    private function __construct(
        private readonly \Socket $control,
        private readonly Loop $loop,
        private readonly \Closure $died,
    ) {
        $loop->read($control, $this);
    }

    /** @param \Closure(int): void $died is told the number of a worker whose process has ended */
    public static function begin(Loop $loop, \Closure $died): self
    {
        socket_create_pair(AF_UNIX, SOCK_SEQPACKET, 0, $control);
        if (pcntl_fork() === 0) {
            socket_close($control[0]);
            unset($loop, $died);
            (new Runner(self::serve($control[1])))->run();
            exit(0);
        }
        socket_close($control[1]);
        return new self($control[0], $loop, $died);
    }

    /** Asks for a worker, and gives back the socket to talk to it. It may be written to at once. */
    public function fork(int $number): \Socket
    {
        socket_create_pair(AF_UNIX, SOCK_STREAM, 0, $ends);
        // PHP 8.2 sends descriptor 0 in place of a socket's own, and a stream's as it should.
        $end = PHP_VERSION_ID < 80400 ? socket_export_stream($ends[1]) : $ends[1];
        $rights = ['level' => SOL_SOCKET, 'type' => SCM_RIGHTS, 'data' => [$end]];
        socket_sendmsg($this->control, ['iov' => [(string) $number], 'control' => [$rights]], 0);
        socket_close($ends[1]);
        return $ends[0];
    }

    public function onReadable(): void
    {
        if (!@socket_recv($this->control, $number, 16, MSG_DONTWAIT)) {
            $this->close();
        }
        ($this->died)((int) $number);
    }

    /** Without it there are no new workers, ever. */
    public function close(): never
    {
        say('The process that starts workers has ended: so does the server.');
        exit(1);
    }

    /** In the fork server. Returns in each worker, with the worker's end of its socket. */
    private static function serve(\Socket $control): \Socket
    {
        posix_setsid(); // what a terminal sends, the server alone deals with
        @file_put_contents('/proc/self/oom_score_adj', self::OUT_OF_MEMORY_FIRST);
        ini_set('memory_limit', self::memoryLimit());
        pcntl_async_signals(true);
        pcntl_signal(SIGCHLD, static fn () => null); // ends the waiting below
        $numbers = [];
        while (true) {
            $reads = [$control];
            $none = null;
            $ready = @socket_select($reads, $none, $none, 1);
            while (($process = pcntl_waitpid(-1, $status, WNOHANG)) > 0) {
                // Its own end of the socket tells this too, unless a child of the function still holds it.
                @socket_send($control, (string) $numbers[$process], 16, MSG_DONTWAIT);
                unset($numbers[$process]);
            }
            if ($ready !== 1) {
                continue;
            }
            $space = socket_cmsg_space(SOL_SOCKET, SCM_RIGHTS, 1);
            $message = ['name' => [], 'buffer_size' => 16, 'controllen' => $space];
            if (!@socket_recvmsg($control, $message, MSG_CMSG_CLOEXEC)) {
                exit(0); // the server has ended
            }
            $process = pcntl_fork();
            if ($process === 0) {
                socket_close($control);
                pcntl_signal(SIGCHLD, SIG_DFL);
                pcntl_async_signals(false);
                return $message['control'][0]['data'][0];
            }
            if ($process > 0) {
                $numbers[$process] = $message['iov'][0];
            } else {
                say('No worker could be started: ' . pcntl_strerror(pcntl_get_last_error()) . '.');
            }
            unset($message); // with the socket in it: the server sees it closed once nobody else has it
        }
    }

    /** Three quarters of what the container has: the rest is the server's. */
    private static function memoryLimit(): string
    {
        $limit = @file_get_contents('/sys/fs/cgroup/memory.max')
            ?: @file_get_contents('/sys/fs/cgroup/memory/memory.limit_in_bytes');
        return is_numeric(trim((string) $limit)) ? (string) (int) ((int) $limit * 0.75) : '-1';
    }
}
