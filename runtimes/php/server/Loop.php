<?php

declare(strict_types=1);

namespace OpenRuntimes;

/** The event loop: what waits for which socket, and the time. */
final class Loop
{
    /** The time in seconds, as of this turn. */
    public float $now;

    /** Set by a signal, at any moment: the loop sees it between two turns. */
    public bool $mustStop = false;

    public bool $isStopping = false;

    private array $reads = [];
    private array $writes = [];
    private array $owners = [];
    private string $date = '';
    private int $second = 0;
    private float $swept;

    public function __construct()
    {
        $this->now = $this->swept = hrtime(true) / 1e9;
    }

    /** @param object $owner has onReadable(), and onWritable() if it writes */
    public function read(\Socket $socket, object $owner): void
    {
        $this->reads[spl_object_id($socket)] = $socket;
        $this->owners[spl_object_id($socket)] = $owner;
    }

    public function unread(\Socket $socket): void
    {
        unset($this->reads[spl_object_id($socket)]);
    }

    public function write(\Socket $socket, object $owner): void
    {
        $this->writes[spl_object_id($socket)] = $socket;
        $this->owners[spl_object_id($socket)] = $owner;
    }

    public function unwrite(\Socket $socket): void
    {
        unset($this->writes[spl_object_id($socket)]);
    }

    public function forget(\Socket $socket): void
    {
        $number = spl_object_id($socket);
        unset($this->reads[$number], $this->writes[$number], $this->owners[$number]);
    }

    /**
     * For good.
     *
     * @param \Closure(bool): void $tend is called after each turn, with true about once a second
     */
    public function run(\Closure $tend): never
    {
        while (true) {
            $reads = $this->reads;
            $writes = $this->writes;
            $except = null;
            // A signal that comes just before this call does not end it: hence a second at most.
            $ready = @socket_select($reads, $writes, $except, 1);
            $this->now = hrtime(true) / 1e9;
            if ($ready !== false) {
                foreach ($reads as $number => $_) {
                    $this->tell($number, 'onReadable');
                }
                foreach ($writes as $number => $_) {
                    $this->tell($number, 'onWritable');
                }
            }
            $isDue = $this->now - $this->swept >= 1;
            $this->swept = $isDue ? $this->now : $this->swept;
            $tend($isDue);
        }
    }

    /** A fault of this server's own costs one client its connection, and not all of them. */
    private function tell(int $number, string $what): void
    {
        $owner = $this->owners[$number] ?? null;
        try {
            $owner?->$what();
        } catch (\Throwable $error) {
            say((string) $error);
            $owner->close();
        }
    }

    /** The Date header, made once a second. */
    public function date(): string
    {
        $second = time();
        if ($second !== $this->second) {
            $this->second = $second;
            $this->date = 'Date: ' . gmdate('D, d M Y H:i:s', $second) . " GMT\r\n";
        }
        return $this->date;
    }
}
