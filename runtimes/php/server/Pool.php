<?php

declare(strict_types=1);

namespace OpenRuntimes;

/** All workers: each belongs to one function, and is started when it is needed. */
final class Pool
{
    private const CALLS = 64; // at once
    private const PROCESSES = 96; // with those of functions that rest; the rest of the 128 is the functions' own
    private const REST = 3; // seconds after which workers that were not needed go

    /** Calls that are not answered yet. */
    public int $running = 0;

    private readonly ForkServer $forkServer;

    /** @var array<int, Worker> */
    private array $workers = [];

    /** @var array<int, Worker> those that have loaded nothing yet */
    private array $spares = [];

    /** @var array<string, WorkerGroup> */
    private array $groups = [];

    private int $busy = 0;
    private int $count = 0;
    private float $rested;

    /** @param \Closure(Job, string, string): void $finished is told a job, and what frame it ended with */
    public function __construct(private readonly Loop $loop, private readonly \Closure $finished)
    {
        $this->forkServer = ForkServer::begin($loop, $this->died(...));
        $this->rested = $loop->now;
        $this->keepSpare();
    }

    public function knows(string $path, string $source): bool
    {
        return isset($this->groups["$path\0$source"]);
    }

    /** Has a function called. */
    public function call(Connection $connection, string $body, string $path, string $source): void
    {
        $group = $this->groups["$path\0$source"] ??= new WorkerGroup($path, $source);
        $group->waiting->enqueue(new Job($connection, $body, $group));
        $this->running += 1;
        $this->dispatch($group);
    }

    /** Has a body examined by a process that may die of it. */
    public function examine(Connection $connection, string $body, string $entrypoint): void
    {
        $this->running += 1;
        $job = new Job($connection, $body, null);
        $this->busy += 1;
        $this->hire()->give($job, Frame::pack(Frame::EXAMINE, "$entrypoint\0$body"));
    }

    private function dispatch(WorkerGroup $group): void
    {
        while (!$group->waiting->isEmpty() && $this->busy < self::CALLS) {
            $worker = $group->take();
            $frame = '';
            if ($worker === null) {
                $worker = $this->hire();
                $worker->group = $group;
                $group->size += 1;
                $frame = Frame::pack(Frame::FUNCTION, "{$group->path}\0{$group->source}");
            }
            $job = $group->waiting->dequeue();
            $frame .= Frame::pack(Frame::REQUEST, $job->body);
            $job->body = '';
            $this->busy += 1;
            $group->busy += 1;
            $group->peak = max($group->peak, $group->busy);
            $worker->give($job, $frame);
        }
    }

    /** A worker that belongs to nobody yet. */
    private function hire(): Worker
    {
        $this->keepSpare();
        $worker = reset($this->spares);
        unset($this->spares[$worker->number]);
        return $worker;
    }

    /** Forking takes a moment, and should be done before it is asked for. */
    private function keepSpare(): void
    {
        if ($this->spares === []) {
            $number = ++$this->count;
            $worker = new Worker($number, $this->forkServer->fork($number), $this->loop, $this);
            $this->workers[$number] = $this->spares[$number] = $worker;
            if (\count($this->workers) > self::PROCESSES) {
                $this->dismissOldest();
            }
        }
    }

    private function dismissOldest(): void
    {
        $resting = array_filter($this->groups, static fn (WorkerGroup $group) => $group->idle !== []);
        usort($resting, static fn (WorkerGroup $one, WorkerGroup $other) => $one->used <=> $other->used);
        if ($resting !== []) {
            $resting[0]->highest()->close();
        }
    }

    /** A worker has done its job. */
    public function finished(Worker $worker, string $kind, string $content): void
    {
        $job = $this->release($worker);
        if ($kind === Frame::ANSWER && $worker->group !== null) {
            $worker->group->idle[$worker->number] = $worker;
            $worker->group->used = $this->loop->now;
        } else {
            $worker->close(); // it may have begun to load something
        }
        $this->dispatchAfter($worker);
        ($this->finished)($job, $kind, $content);
        $this->keepSpare();
    }

    /** A worker's socket is closed, from one side or the other. */
    public function lost(Worker $worker): void
    {
        unset($this->workers[$worker->number], $this->spares[$worker->number]);
        $group = $worker->group;
        if ($group !== null) {
            unset($group->idle[$worker->number]);
            $group->size -= 1;
            if ($group->size === 0 && $group->waiting->isEmpty()) {
                unset($this->groups["{$group->path}\0{$group->source}"]);
            }
        }
        if ($worker->job !== null) {
            $job = $this->release($worker);
            $ended = new RuntimeError('function-error', 'The function ended its process.');
            say('A function ended its process.');
            ($this->finished)($job, Frame::ANSWER, "{$ended->answer->status}{$ended->answer->rest}");
            $this->dispatchAfter($worker);
        }
    }

    /** The fork server says that a process has ended, while a child of it may still hold the socket. */
    private function died(int $number): void
    {
        $worker = $this->workers[$number] ?? null;
        while ($worker?->onReadable()) {
            continue; // what it said before
        }
        $worker?->close();
    }

    private function release(Worker $worker): Job
    {
        $job = $worker->job;
        $worker->job = null;
        $this->busy -= 1;
        $this->running -= 1;
        if ($worker->group !== null) {
            $worker->group->busy -= 1;
        }
        return $job;
    }

    /** The next call that waits: first for this worker, then for any. */
    private function dispatchAfter(Worker $worker): void
    {
        if ($worker->group !== null) {
            $this->dispatch($worker->group);
        }
        if ($this->busy === self::CALLS - 1) {
            foreach ($this->groups as $group) {
                $this->dispatch($group);
            }
        }
    }

    /** Lets workers go that were not needed lately, but for the lowest one of each function. */
    public function rest(): void
    {
        if ($this->loop->now - $this->rested < self::REST) {
            return;
        }
        $this->rested = $this->loop->now;
        foreach ($this->groups as $group) {
            while ($group->idle !== [] && $group->size > max(1, $group->peak)) {
                $group->highest()->close();
            }
            $group->peak = $group->busy;
        }
    }
}
