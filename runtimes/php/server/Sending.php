<?php

declare(strict_types=1);

namespace OpenRuntimes;

/** Writing to a socket without waiting for it: what it does not take at once is sent as it takes it. */
trait Sending
{
    private const PIECE = 262_144;

    private string $unsent = '';
    private int $sent = 0; // of it

    private function isSent(): bool
    {
        return $this->unsent === '';
    }

    private function write(string $data): void
    {
        $size = @socket_send($this->socket, $data, \strlen($data), MSG_DONTWAIT);
        if ($size === \strlen($data)) {
            $this->onSent();
        } elseif ($size !== false || socket_last_error($this->socket) === SOCKET_EAGAIN) {
            $this->unsent = $data;
            $this->sent = (int) $size;
            $this->loop->write($this->socket, $this);
        } else {
            $this->close();
        }
    }

    public function onWritable(): void
    {
        $piece = substr($this->unsent, $this->sent, self::PIECE);
        $size = @socket_send($this->socket, $piece, \strlen($piece), MSG_DONTWAIT);
        if ($size === false) {
            if (socket_last_error($this->socket) !== SOCKET_EAGAIN) {
                $this->close();
            }
            return;
        }
        $this->sent += $size;
        if ($this->sent === \strlen($this->unsent)) {
            $this->unsent = '';
            $this->loop->unwrite($this->socket);
            $this->onSent();
        }
        if ($this->socket !== null) {
            $this->onProgress();
        }
    }
}
