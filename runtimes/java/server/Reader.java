package server;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Requests, out of the bytes of one connection. */
final class Reader {
    /** Asked as soon as a head is there, whether the request is let in. */
    interface Door {
        void admit(Head head) throws Refusal;

        /** The most bytes that a body may have. */
        long limit();
    }

    private enum Stage {
        HEAD,
        BODY,
        SIZE,
        CHUNK,
        CHUNK_END,
        TRAILER
    }

    private static final int LARGEST_HEAD = 65_536;
    private static final int LARGEST_LINE = 4096;
    private static final long STEP = 4 << 20; // by which a large body grows: twice the size may be more than there is
    private static final byte[] NOTHING = new byte[0];

    private final Door door;
    private byte[] bytes = NOTHING; // what came and is not taken: from `at` to `end`
    private int at;
    private int end;
    private int seen; // of them, those in which the end of the head was looked for
    private Stage stage = Stage.HEAD;
    private byte[] body = NOTHING;
    private int size; // of the body so far
    private long left; // of the body, or of the chunk
    private int trailers;
    private boolean waits;

    /** Of the request that is being read, or was read last. */
    Head head;

    Reader(Door door) {
        this.door = door;
    }

    /** Takes all that is there. A buffer is kept only while it is needed: nothing came, no buffer. */
    void feed(ByteBuffer data) {
        int more = data.remaining();
        if (at == end) {
            at = end = seen = 0;
            if (bytes.length > 4 * LARGEST_LINE && bytes.length > more) bytes = NOTHING;
        }
        if (bytes.length - end < more) {
            byte[] room = bytes.length - (end - at) >= more ? bytes : new byte[Math.max(1024, end - at + more)];
            System.arraycopy(bytes, at, room, 0, end - at);
            bytes = room;
            end -= at;
            seen -= at;
            at = 0;
        }
        data.get(bytes, end, more);
        end += more;
    }

    /** Whether all that came has been taken. */
    boolean isBetween() {
        return stage == Stage.HEAD && at == end;
    }

    /** Whether the client holds its body back until it is told to go on. Asked once. */
    boolean waits() {
        boolean waited = waits && at == end;
        waits = false;
        return waited;
    }

    /** Whether the next request is whole; else more bytes are needed. After a refusal there are no more. */
    boolean next() throws Refusal {
        while (true) {
            boolean goesOn = switch (stage) {
                case HEAD -> readHead();
                case BODY, CHUNK -> readBytes();
                case SIZE -> readSize();
                case CHUNK_END -> readChunkEnd();
                case TRAILER -> readTrailer();
            };
            if (!goesOn) return false;
            if (stage == Stage.HEAD) return true;
        }
    }

    /** The body of the request that is whole. It may be large, so nobody but the caller keeps it. */
    byte[] take() {
        byte[] whole = body.length == size ? body : Arrays.copyOf(body, size);
        body = NOTHING;
        size = 0;
        waits = false;
        return whole;
    }

    private boolean readHead() throws Refusal {
        while (at < end && (bytes[at] == '\r' || bytes[at] == '\n')) at++; // as RFC 9112 allows between requests
        int i = Math.max(at, seen - 3);
        while (i + 3 < end
                && !(bytes[i] == '\r' && bytes[i + 1] == '\n' && bytes[i + 2] == '\r' && bytes[i + 3] == '\n')) i++;
        boolean found = i + 3 < end;
        if ((found ? i : end) - at > LARGEST_HEAD) throw Refusal.plain(431);
        if (!found) {
            refuseHopeless(Math.max(at, seen - 1));
            seen = end;
            return false;
        }
        head = null;
        head = new Head(bytes, at, i);
        at = i + 4;
        seen = at;
        door.admit(head);
        if (head.length > door.limit()) throw tooLarge();
        waits = head.expects && !head.isOld;
        if (head.isChunked) {
            stage = Stage.SIZE;
            trailers = 0;
        } else if (head.length > 0) {
            left = head.length;
            stage = Stage.BODY;
        }
        return true;
    }

    /** A line break that is none, or TLS, keeps a head from becoming whole: its end would be waited for in vain. */
    private void refuseHopeless(int from) throws Refusal {
        if (at < end && !Head.isToken(bytes[at])) throw Refusal.plain(400);
        for (int i = from; i < end; i++) {
            boolean isBare = bytes[i] == '\n' && (i == at || bytes[i - 1] != '\r');
            if (isBare || bytes[i] == '\r' && i + 1 < end && bytes[i + 1] != '\n') throw Refusal.plain(400);
        }
    }

    private boolean readBytes() throws Refusal {
        int some = (int) Math.min(left, end - at);
        if (size + (long) some > door.limit()) throw tooLarge();
        reserve(some);
        System.arraycopy(bytes, at, body, size, some);
        at += some;
        size += some;
        left -= some;
        if (left > 0) return false;
        stage = stage == Stage.BODY ? Stage.HEAD : Stage.CHUNK_END;
        return true;
    }

    /** No more memory than bytes that came: a length that is only declared costs nothing. */
    private void reserve(int some) {
        if (body.length - size >= some) return;
        long wanted = Math.max(size + (long) some, Math.min(2L * body.length, size + STEP));
        if (stage == Stage.BODY) wanted = Math.min(wanted, size + left);
        body = Arrays.copyOf(body, (int) wanted);
    }

    private boolean readSize() throws Refusal {
        int line = lineEnd();
        if (line < 0) return false;
        long chunk = 0;
        int i = at;
        for (; i < line && Character.digit(bytes[i], 16) >= 0; i++) {
            chunk = chunk << 4 | Character.digit(bytes[i], 16);
            if (chunk > Integer.MAX_VALUE) throw tooLarge();
        }
        if (i == at || i < line && bytes[i] != ';' || !Head.isText(bytes, i, line)) throw Refusal.plain(400);
        at = line + 2;
        left = chunk;
        stage = chunk == 0 ? Stage.TRAILER : Stage.CHUNK;
        if (size + chunk > door.limit()) throw tooLarge();
        return true;
    }

    private boolean readChunkEnd() throws Refusal {
        if (end - at < 2) return false;
        if (bytes[at] != '\r' || bytes[at + 1] != '\n') throw Refusal.plain(400);
        at += 2;
        stage = Stage.SIZE;
        return true;
    }

    /** Fields after a chunked body, which nobody asks for, and which are read as any others. */
    private boolean readTrailer() throws Refusal {
        int line = lineEnd();
        if (line < 0) return false;
        trailers += line - at;
        if (trailers > LARGEST_HEAD) throw Refusal.plain(431);
        if (line == at) stage = Stage.HEAD;
        else Head.colon(bytes, at, line);
        at = line + 2;
        return true;
    }

    private int lineEnd() throws Refusal {
        for (int i = at; i < end; i++) {
            if (bytes[i] == '\n') throw Refusal.plain(400);
            if (bytes[i] == '\r') {
                if (i + 1 == end) return -1;
                if (bytes[i + 1] == '\n') return i;
                throw Refusal.plain(400);
            }
        }
        if (end - at > LARGEST_LINE) throw Refusal.plain(431);
        return -1;
    }

    private Refusal tooLarge() {
        return new Refusal(Refusal.Kind.TOO_LARGE, "Body is larger than " + door.limit() + " bytes.");
    }
}
