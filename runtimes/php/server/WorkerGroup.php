<?php

declare(strict_types=1);

namespace OpenRuntimes;

/** The workers of one function, and the calls that wait for one of them. */
final class WorkerGroup
{
    /** @var array<int, Worker> by number */
    public array $idle = [];

    /** @var \SplQueue<Job> */
    public readonly \SplQueue $waiting;

    public int $size = 0;
    public int $busy = 0;
    public int $peak = 0; // the most that were busy lately
    public float $used = 0; // when a call last ended

    public function __construct(public readonly string $path, public readonly string $source)
    {
        $this->waiting = new \SplQueue();
    }

    /** The lowest: so one client asking one after another meets one state, and the highest may go again. */
    public function take(): ?Worker
    {
        if ($this->idle === []) {
            return null;
        }
        $number = min(array_keys($this->idle));
        $worker = $this->idle[$number];
        unset($this->idle[$number]);
        return $worker;
    }

    public function highest(): Worker
    {
        return $this->idle[max(array_keys($this->idle))];
    }
}

/** One call: its client, and what it asks for. */
final class Job
{
    public function __construct(
        public readonly Connection $connection,
        public string $body,
        public readonly ?WorkerGroup $group,
    ) {
    }
}
