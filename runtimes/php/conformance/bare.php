<?php

// The bare server: what PHP and its sockets cost by themselves. Like every HTTP library, it waits for a whole
// request, collects the fields of its head, and answers with a date.
function serve(int $port): never
{
    $listener = socket_create(AF_INET, SOCK_STREAM, SOL_TCP);
    socket_set_option($listener, SOL_SOCKET, SO_REUSEADDR, 1);
    socket_bind($listener, '0.0.0.0', $port);
    socket_listen($listener, 1024);
    $sockets = [$listener];
    $texts = [];
    while (true) {
        $ready = $sockets;
        $none = null;
        socket_select($ready, $none, $none, null);
        foreach ($ready as $number => $socket) {
            if ($socket === $listener) {
                $sockets[] = $client = socket_accept($listener);
                socket_set_option($client, SOL_TCP, TCP_NODELAY, 1);
                $texts[array_key_last($sockets)] = '';
            } elseif (!socket_recv($socket, $data, 4_096, 0)) {
                unset($sockets[$number], $texts[$number]);
            } else {
                $texts[$number] = answer($socket, $texts[$number] . $data);
            }
        }
    }
}

/** Answers the requests that are whole, and gives back the rest. */
function answer(Socket $socket, string $text): string
{
    while (($end = strpos($text, "\r\n\r\n")) !== false) {
        $fields = [];
        foreach (explode("\r\n", substr($text, 0, $end)) as $line) {
            [$name, $value] = explode(':', $line, 2) + [1 => ''];
            $fields[strtolower($name)] = trim($value);
        }
        $length = $end + 4 + (int) ($fields['content-length'] ?? 0);
        if (strlen($text) < $length) {
            break;
        }
        $text = substr($text, $length);
        $date = today();
        $answer = "HTTP/1.1 200 OK\r\nDate: $date\r\nContent-Type: text/plain\r\nContent-Length: 1\r\n\r\n*";
        socket_send($socket, $answer, strlen($answer), 0);
    }
    return $text;
}

function today(): string
{
    static $second = 0;
    static $date = '';
    if ($second !== time()) {
        $second = time();
        $date = gmdate('D, d M Y H:i:s', $second) . ' GMT';
    }
    return $date;
}

serve(3000);
