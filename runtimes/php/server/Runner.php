<?php

declare(strict_types=1);

namespace OpenRuntimes;

/** A worker from within: one process that loads one function and runs its calls, one at a time. */
final class Runner
{
    private const FATAL = E_ERROR | E_PARSE | E_CORE_ERROR | E_COMPILE_ERROR | E_USER_ERROR | E_RECOVERABLE_ERROR;

    private readonly int $process;
    private string $buffer = '';
    private string $path = '';
    private string $source = '';
    private mixed $handler = null;
    private ?Call $call = null; // the one that runs

    public function __construct(private readonly \Socket $socket)
    {
        $this->process = getmypid();
    }

    public function run(): void
    {
        register_shutdown_function($this->end(...));
        Output::begin();
        while (($frame = $this->receive()) !== null) {
            [$kind, $content] = $frame;
            if ($kind === Frame::FUNCTION) {
                [$this->path, $this->source] = explode("\0", $content);
            } elseif ($kind === Frame::REQUEST) {
                $this->serve($content);
            } else {
                $this->examine(...explode("\0", $content, 2));
            }
        }
    }

    private function serve(string $body): void
    {
        $this->call = new Call($this->process);
        try {
            $this->handler ??= load($this->path, $this->source);
            $kind = Frame::ANSWER;
            $answer = $this->call->run($this->handler, $body);
        } catch (RuntimeError $error) {
            $kind = Frame::UNLOADED; // the server closes the socket now
            $answer = $error->answer;
        }
        $this->call = null;
        Output::endCall();
        $this->send(Frame::ofAnswer($kind, $answer));
    }

    private function examine(string $entrypoint, string $body): void
    {
        try {
            $this->send(Frame::pack(Frame::LOCATION, implode("\0", parse($body, $entrypoint))));
        } catch (RuntimeError $error) {
            $this->send(Frame::ofAnswer(Frame::ANSWER, $error->answer));
        }
    }

    /** Called by PHP when the process ends: by exit(), or by an error that nothing can catch. */
    private function end(): void
    {
        // A child that the function forked ends too, and it is not its answer that is waited for.
        if ($this->call === null || getmypid() !== $this->process) {
            return;
        }
        ini_set('memory_limit', '-1'); // which may just have been what it ended of
        $error = error_get_last();
        $isFatal = $error !== null && ($error['type'] & self::FATAL) !== 0;
        $text = $isFatal ? $error['message'] : 'The function ended its process.';
        $stack = $isFatal ? stack("$text in {$error['file']}:{$error['line']}") : null;
        if (!$isFatal && $this->call->first() === null) {
            say($text);
        }
        if ($this->handler === null) {
            $failed = new RuntimeError('load-failed', firstLine($text), $stack);
            $this->send(Frame::ofAnswer(Frame::UNLOADED, $failed->answer));
        } else {
            $failed = new RuntimeError('function-error', firstLine($text), $stack);
            $this->send(Frame::ofAnswer(Frame::UNLOADED, $this->call->first() ?? $failed->answer));
        }
    }

    /** @return ?array{string, string} kind and content; null once the server has closed the socket */
    private function receive(): ?array
    {
        while (\strlen($this->buffer) < Frame::HEAD) {
            if (!$this->read($this->buffer, 4_096)) {
                return null;
            }
        }
        $kind = $this->buffer[4];
        $size = Frame::size($this->buffer);
        $content = substr($this->buffer, Frame::HEAD, $size - Frame::HEAD);
        $this->buffer = substr($this->buffer, $size);
        while (\strlen($content) < $size - Frame::HEAD) {
            if (!$this->read($content, min(262_144, $size - Frame::HEAD - \strlen($content)))) {
                return null;
            }
        }
        return [$kind, $content];
    }

    private function read(string &$text, int $most): bool
    {
        do {
            $size = @socket_recv($this->socket, $data, $most, 0);
        } while ($size === false && socket_last_error($this->socket) === SOCKET_EINTR);
        $text .= $data; // grows in place
        return (bool) $size;
    }

    private function send(string $frame): void
    {
        while ($frame !== '') {
            $size = @socket_send($this->socket, $frame, \strlen($frame), 0);
            if ($size === false && socket_last_error($this->socket) !== SOCKET_EINTR) {
                return; // the server has ended
            }
            $frame = substr($frame, (int) $size);
        }
    }
}
