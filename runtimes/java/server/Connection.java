package server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.openruntimes.Answer;

/** One client: answers its requests one after another, in the order they came. Only the loop's thread touches it. */
public final class Connection {
    private static final long SECOND = 1_000_000_000;
    private static final long IDLE = 75 * SECOND; // without a byte, while this side waits for one
    private static final long LINGER_SILENCE = 2 * SECOND;
    private static final long LINGER = 30 * SECOND;
    private static final long FOREVER = Long.MAX_VALUE;
    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] NOTHING = new byte[0];

    private final SocketChannel channel;
    private final SelectionKey key;
    private final Loop loop;
    private final Reader reader;
    private boolean busy; // a call runs for it
    private boolean ended; // the client sends nothing more
    private boolean last; // closes after this answer
    private boolean closed;
    private byte[] head; // of what is being sent, with its body; else null
    private byte[] body;
    private int sent;
    private long lingers; // until when it reads on, only to let the client read the answer
    private long deadline;

    Connection(SocketChannel channel, SelectionKey key, Loop loop) {
        this.channel = channel;
        this.key = key;
        this.loop = loop;
        this.reader = new Reader(loop.server);
        this.deadline = loop.now + IDLE;
    }

    void onEvent() {
        if (closed) return;
        if (key.isWritable() && head != null) {
            if (flush()) advance();
        } else if (key.isReadable()) {
            read();
        }
    }

    private void read() {
        ByteBuffer in = loop.in.clear();
        int count;
        try {
            count = channel.read(in);
        } catch (IOException error) {
            close();
            return;
        }
        if (lingers > 0) {
            deadline = Math.min(loop.now + LINGER_SILENCE, lingers);
            if (count < 0) close();
            return;
        }
        if (count < 0) {
            ended = true; // it may still wait for an answer
            listen(0);
        } else {
            reader.feed(in.flip());
        }
        advance();
        if (busy) listen(0); // the next request waits for its turn, and its rest with the client
    }

    /** Handles what has come so far. */
    void advance() {
        while (!busy && lingers == 0 && head == null && !closed) {
            boolean whole;
            try {
                whole = reader.next();
            } catch (Refusal refusal) {
                refuse(refusal.answer);
                return;
            }
            if (whole) {
                busy = true;
                deadline = FOREVER;
                last = reader.head.isLast();
                loop.server.receive(this);
            } else if (ended) {
                close(); // what else came is half a request, and the rest will not come
            } else if (reader.waits()) {
                send(CONTINUE, NOTHING);
            } else {
                if (!loop.stopping) deadline = loop.now + IDLE;
                return;
            }
        }
    }

    /** The body of the request that has to be answered now. */
    public byte[] takeBody() {
        return reader.take();
    }

    /** An answer given before the whole request was read is the last of its connection. */
    private void refuse(Answer answer) {
        last = true;
        lingers = loop.now + LINGER;
        reply(answer, reader.head != null && reader.head.method.equals("HEAD"));
    }

    /** If the client has gone, nobody reads it. */
    public void reply(Answer answer) {
        reply(answer, false);
    }

    private void reply(Answer answer, boolean bodiless) {
        busy = false;
        if (closed) return;
        if (loop.stopping || ended && reader.isBetween()) last = true;
        StringBuilder text = new StringBuilder(200);
        text.append("HTTP/1.1 ").append(answer.status()).append(" \r\n").append(loop.date.line());
        for (Map.Entry<String, String> header : answer.headers()) {
            text.append(header.getKey()).append(": ").append(header.getValue()).append("\r\n");
        }
        if (answer.status() != 204 && answer.status() != 304) {
            text.append("Content-Length: ").append(answer.body().length).append("\r\n");
        }
        text.append(last ? "Connection: close\r\n\r\n" : "\r\n");
        send(text.toString().getBytes(StandardCharsets.ISO_8859_1), bodiless ? NOTHING : answer.body());
    }

    private void send(byte[] head, byte[] body) {
        this.head = head;
        this.body = body;
        sent = 0;
        flush();
    }

    /** Sends what the client takes now. Whether that was all. */
    private boolean flush() {
        int whole = head.length + body.length;
        try {
            while (sent < whole) {
                ByteBuffer out = loop.out.clear();
                if (sent < head.length) out.put(head, sent, Math.min(head.length - sent, out.remaining()));
                int from = Math.max(0, sent - head.length);
                out.put(body, from, Math.min(body.length - from, out.remaining()));
                int count = channel.write(out.flip());
                sent += count;
                if (out.hasRemaining()) {
                    deadline = loop.now + IDLE;
                    listen(SelectionKey.OP_WRITE);
                    return false;
                }
            }
        } catch (IOException error) {
            close();
            return false;
        }
        head = null;
        body = null;
        onSent();
        return true;
    }

    private void onSent() {
        if (lingers > 0 && !ended) {
            // Closed over unread bytes, a connection takes its answer with it.
            deadline = loop.now + LINGER_SILENCE;
            try {
                channel.shutdownOutput();
                listen(SelectionKey.OP_READ);
            } catch (IOException error) {
                close();
            }
        } else if (last) {
            close();
        } else {
            listen(ended ? 0 : SelectionKey.OP_READ);
        }
    }

    private void listen(int events) {
        if (key.isValid() && key.interestOps() != events) key.interestOps(events);
    }

    /** Nothing new comes in. Half a request gets a moment to become a whole one. */
    void stop(long grace) {
        if (busy || head != null) return;
        if (lingers == 0 && reader.isBetween()) close();
        else deadline = Math.min(deadline, grace);
    }

    void sweep() {
        if (deadline <= loop.now) close();
    }

    void close() {
        if (closed) return;
        closed = true;
        loop.forget(key);
        try {
            channel.close();
        } catch (IOException error) {
            // It is gone in any case.
        }
        head = null;
        body = null;
    }
}
