<?php

declare(strict_types=1);

namespace OpenRuntimes;

/** All connections, and the socket by which they come. */
final class Connections
{
    private const MOST = 900; // select() knows no more than 1,024 descriptors
    private const GRACE = 3; // seconds that half a request has to become whole once the server stops

    private ?\Socket $listener = null;

    /** @var array<int, Connection> */
    private array $all = [];

    public function __construct(private readonly Loop $loop, private readonly Server $server)
    {
    }

    public function open(int $port): void
    {
        $this->listener = socket_create(AF_INET, SOCK_STREAM, SOL_TCP);
        socket_set_option($this->listener, SOL_SOCKET, SO_REUSEADDR, 1);
        socket_set_nonblock($this->listener);
        if (!@socket_bind($this->listener, '0.0.0.0', $port) || !@socket_listen($this->listener, 1024)) {
            fail("Port $port cannot be opened: " . socket_strerror(socket_last_error($this->listener)) . '.');
        }
        $this->loop->read($this->listener, $this);
    }

    /** Someone connects. */
    public function onReadable(): void
    {
        while ($this->listener !== null && $this->hasRoom() && ($socket = @socket_accept($this->listener)) !== false) {
            socket_set_option($socket, SOL_TCP, TCP_NODELAY, 1);
            $connection = new Connection($socket, $this->loop, $this->server, $this);
            $this->all[spl_object_id($connection)] = $connection;
        }
    }

    /** If there are too many, an idle one is closed; if none is idle, the new client waits. */
    private function hasRoom(): bool
    {
        if (\count($this->all) >= self::MOST) {
            $idle = array_filter($this->all, static fn (Connection $connection) => $connection->isIdle());
            usort($idle, static fn (Connection $one, Connection $other) => $one->deadline <=> $other->deadline);
            $idle === [] ? $this->loop->unread($this->listener) : $idle[0]->close();
        }
        return \count($this->all) < self::MOST;
    }

    public function forget(Connection $connection): void
    {
        unset($this->all[spl_object_id($connection)]);
        if ($this->listener !== null) {
            $this->loop->read($this->listener, $this);
        }
    }

    public function isEmpty(): bool
    {
        return $this->all === [];
    }

    /** Closes those that were silent for too long. */
    public function sweep(): void
    {
        foreach ($this->all as $connection) {
            if ($connection->deadline <= $this->loop->now) {
                $connection->close();
            }
        }
    }

    /** Nothing new is let in, and what runs is answered. Half a request gets a moment to become a whole one. */
    public function stop(): void
    {
        $this->loop->forget($this->listener);
        socket_close($this->listener);
        $this->listener = null;
        foreach ($this->all as $connection) {
            if ($connection->isIdle()) {
                $connection->close();
            } elseif (!$connection->isBusy()) {
                $connection->deadline = min($connection->deadline, $this->loop->now + self::GRACE);
            }
        }
    }

    /** What the loop does after a fault of this server's own: the listener stays. */
    public function close(): void
    {
    }
}
