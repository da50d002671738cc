<?php

declare(strict_types=1);

namespace OpenRuntimes;

/** One worker, as the server sees it: a process behind a socket. */
final class Worker
{
    use Sending;

    /** Whose calls it runs. Nobody's as long as it has loaded nothing. */
    public ?WorkerGroup $group = null;

    /** What it is doing. */
    public ?Job $job = null;

    private string $buffer = '';

    public function __construct(
        public readonly int $number,
        private ?\Socket $socket,
        private readonly Loop $loop,
        private readonly Pool $pool,
    ) {
    }

    public function give(Job $job, string $frames): void
    {
        $this->job = $job;
        $this->loop->read($this->socket, $this); // only now: the fewer sockets, the faster is select()
        $this->write($frames);
    }

    /** Whether there was something to read. */
    public function onReadable(): bool
    {
        if ($this->socket === null) {
            return false;
        }
        $size = @socket_recv($this->socket, $data, $this->buffer === '' ? 4_096 : 262_144, MSG_DONTWAIT);
        if (!$size) {
            if ($size === 0 || socket_last_error($this->socket) !== SOCKET_EAGAIN) {
                $this->close();
            }
            return false;
        }
        $this->buffer .= $data; // grows in place
        if (\strlen($this->buffer) >= Frame::HEAD && \strlen($this->buffer) >= Frame::size($this->buffer)) {
            $kind = $this->buffer[4];
            $content = substr($this->buffer, Frame::HEAD);
            $this->buffer = '';
            $this->loop->unread($this->socket);
            $this->pool->finished($this, $kind, $content);
        }
        return true;
    }

    /** Also ends the process, which waits for nothing but this socket. */
    public function close(): void
    {
        if ($this->socket !== null) {
            $this->loop->forget($this->socket);
            socket_close($this->socket);
            $this->socket = null;
            $this->unsent = '';
            $this->pool->lost($this);
        }
    }

    private function onSent(): void
    {
    }

    private function onProgress(): void
    {
    }
}
