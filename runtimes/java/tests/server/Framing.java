package server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** How requests are framed: whole, in part, or refused, in one piece and byte by byte. */
public final class Framing {
    /** Lets every request in that has a sound host: the key is asked for elsewhere. */
    private static final Reader.Door DOOR = new Reader.Door() {
        @Override
        public void admit(Head head) throws Refusal {
            if (!head.hasSoundHost()) throw Refusal.plain(400);
        }

        @Override
        public long limit() {
            return 1 << 20;
        }
    };

    private Framing() {}

    public static void test() throws IOException {
        Cases.each("http", row -> {
            byte[] request = Cases.bytes(row.get("request"));
            String fault = fault(row, request, request.length);
            return fault != null ? fault : fault(row, request, 1);
        });
    }

    private static String fault(Map<?, ?> row, byte[] request, int step) {
        String is = "part";
        String body = null;
        try {
            Reader reader = new Reader(DOOR);
            for (int at = 0; at < request.length && body == null; at += step) {
                reader.feed(ByteBuffer.wrap(request, at, Math.min(step, request.length - at)));
                if (reader.next()) body = new String(reader.take(), StandardCharsets.UTF_8);
            }
            if (body != null) is = "whole";
        } catch (Refusal refusal) {
            is = "refused";
            int status = refusal.answer.status();
            if (status < 400 || status > 499) return "it is refused with " + status;
        }
        if (!is.equals(row.get("is"))) return "in steps of " + step + " it is " + is + " and not " + row.get("is");
        return body == null || body.equals(row.get("body")) ? null : "the body is " + body;
    }
}
