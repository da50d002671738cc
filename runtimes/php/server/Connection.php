<?php

declare(strict_types=1);

namespace OpenRuntimes;

/** One client: answers its requests one after another, in the order they came. */
final class Connection
{
    use Sending;

    private const IDLE = 75; // seconds without a byte, while this side waits for one
    private const LINGER_SILENCE = 2;
    private const LINGER = 30;

    /** When it is closed for being silent. */
    public float $deadline;

    private readonly Reader $reader;
    private bool $isBusy = false; // a call runs for it
    private bool $hasEnded = false; // the client sends nothing more
    private bool $isLast = false; // closes after this answer
    private ?float $lingers = null; // until when it reads on, only to let the client read the answer

    public function __construct(
        private ?\Socket $socket,
        private readonly Loop $loop,
        private readonly Server $server,
        private readonly Connections $all,
    ) {
        $this->reader = new Reader($server->admit(...), $server->limit);
        $this->deadline = $loop->now + self::IDLE;
        $loop->read($socket, $this);
    }

    public function onReadable(): void
    {
        $size = @socket_recv($this->socket, $data, $this->reader->wants(), MSG_DONTWAIT);
        if ($size === false) {
            if (socket_last_error($this->socket) !== SOCKET_EAGAIN) {
                $this->close();
            }
            return;
        }
        if ($this->lingers !== null) {
            $this->deadline = min($this->loop->now + self::LINGER_SILENCE, $this->lingers);
            if ($size === 0) {
                $this->close();
            }
            return;
        }
        if ($size > 0) {
            $this->reader->feed($data);
        } else {
            $this->hasEnded = true; // it may still wait for an answer
        }
        $this->advance();
        $this->listen();
    }

    /** Handles what has come so far. */
    private function advance(): void
    {
        while ($this->socket !== null && !$this->isBusy && $this->lingers === null && $this->isSent()) {
            try {
                $body = $this->reader->next();
            } catch (RuntimeError | Refusal $refused) {
                $this->refuse($refused->answer);
                return;
            }
            if ($body !== null) {
                $this->isBusy = true;
                $this->deadline = INF;
                $this->isLast = $this->reader->finish()->isLast;
                $this->server->receive($this, $body);
            } elseif ($this->hasEnded) {
                $this->close(); // what else came is half a request, and the rest will not come
            } elseif ($this->reader->isAwaited()) {
                $this->write("HTTP/1.1 100 Continue\r\n\r\n");
            } else {
                $this->deadline = $this->loop->isStopping ? $this->deadline : $this->loop->now + self::IDLE;
                return;
            }
        }
    }

    /** An answer given before the whole request was read is the last of its connection. */
    private function refuse(Answer $answer): void
    {
        $this->isLast = true;
        $this->lingers = $this->loop->now + self::LINGER;
        $this->reply($answer);
    }

    /** Sends an answer. If the client has gone, nobody reads it. */
    public function reply(Answer $answer): void
    {
        $this->isBusy = false;
        if ($this->socket === null) {
            return;
        }
        $this->isLast = $this->isLast || $this->loop->isStopping || $this->hasEnded && $this->reader->isEmpty();
        $rest = $answer->rest;
        if ($this->reader->method === 'HEAD') {
            $rest = substr($rest, 0, strpos($rest, "\r\n\r\n") + 4);
        }
        $this->deadline = $this->loop->now + self::IDLE;
        $close = $this->isLast ? "Connection: close\r\n" : '';
        $this->write("HTTP/1.1 {$answer->status} \r\n{$this->loop->date()}$close$rest");
    }

    /** After an answer that came while nothing was read. */
    public function resume(): void
    {
        $this->advance();
        $this->listen();
    }

    private function onSent(): void
    {
        if ($this->lingers !== null && !$this->hasEnded) {
            // Closed over unread bytes, a connection takes its answer with it.
            $this->deadline = $this->loop->now + self::LINGER_SILENCE;
            @socket_shutdown($this->socket, 1); // it may have gone meanwhile
        } elseif ($this->isLast) {
            $this->close();
        }
    }

    private function onProgress(): void
    {
        $this->deadline = $this->loop->now + self::IDLE;
        if ($this->isSent()) {
            $this->resume();
        }
    }

    /** While a call runs nothing is read: the next request waits with the client. */
    private function listen(): void
    {
        if ($this->socket === null) {
            return;
        }
        if ($this->isBusy || $this->hasEnded || !$this->isSent()) {
            $this->loop->unread($this->socket);
        } else {
            $this->loop->read($this->socket, $this);
        }
    }

    public function isIdle(): bool
    {
        return !$this->isBusy && $this->isSent() && $this->lingers === null && $this->reader->isEmpty();
    }

    public function isBusy(): bool
    {
        return $this->isBusy;
    }

    public function close(): void
    {
        if ($this->socket === null) {
            return;
        }
        $this->loop->forget($this->socket);
        socket_close($this->socket);
        $this->socket = null;
        $this->unsent = '';
        $this->all->forget($this);
    }
}
