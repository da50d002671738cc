package org.openruntimes;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The answer to one request. The first of {@code send}, {@code json} and {@code bytes} counts. */
public final class Response {
    /** Gets each answer as the function gives it, or why there is none. */
    public interface Outcome {
        void answered(Answer answer);

        void refused(Throwable reason);
    }

    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String JSON = "application/json";
    private static final String BYTES = "application/octet-stream";
    private static final Map<String, ?> NONE = Map.of();

    private final Outcome outcome;

    public Response(Outcome outcome) {
        this.outcome = outcome;
    }

    /** Calls a handler from a test, with no server anywhere. What it throws comes out. */
    public static Answer of(Handler handler, Request request) throws Exception {
        List<Answer> answers = new ArrayList<>();
        handler.handle(request, new Response(new Outcome() {
            @Override
            public void answered(Answer answer) {
                answers.add(answer);
            }

            @Override
            public void refused(Throwable reason) {
                throw new IllegalStateException(reason);
            }
        }));
        if (answers.isEmpty()) throw new IllegalStateException("The function did not answer.");
        return answers.get(0);
    }

    /** Answers with text, {@code text/plain; charset=utf-8}. */
    public void send(String text) {
        send(text, 200, NONE);
    }

    public void send(String text, int status) {
        send(text, status, NONE);
    }

    /** The headers are strings; a list of strings is one header for each. */
    public void send(String text, int status, Map<String, ?> headers) {
        respond(TEXT, text, status, headers);
    }

    /** Answers with a value as JSON, {@code application/json}. {@link Json} says what it may be. */
    public void json(Object value) {
        json(value, 200, NONE);
    }

    public void json(Object value, int status) {
        json(value, status, NONE);
    }

    public void json(Object value, int status, Map<String, ?> headers) {
        respond(JSON, value, status, headers);
    }

    /** Answers with bytes as they are, {@code application/octet-stream}. */
    public void bytes(byte[] bytes) {
        bytes(bytes, 200, NONE);
    }

    public void bytes(byte[] bytes, int status) {
        bytes(bytes, status, NONE);
    }

    /** A copy is sent: what the function does to its bytes afterwards must not change the answer. */
    public void bytes(byte[] bytes, int status, Map<String, ?> headers) {
        respond(BYTES, bytes, status, headers);
    }

    private void respond(String contentType, Object value, int status, Map<String, ?> headers) {
        Answer answer;
        try {
            byte[] body = encode(contentType, value);
            if (status < 200 || status > 599) {
                throw new IllegalArgumentException("The status must be from 200 to 599, not " + status + ".");
            }
            answer = Headers.answer(contentType, body, status, headers);
        } catch (RuntimeException | StackOverflowError reason) {
            outcome.refused(reason);
            return;
        }
        outcome.answered(answer);
    }

    private static byte[] encode(String contentType, Object value) {
        if (contentType.equals(JSON)) return Json.encode(value);
        if (value instanceof String text) return text.getBytes(StandardCharsets.UTF_8);
        if (value instanceof byte[] bytes) return bytes.clone();
        throw new IllegalArgumentException("An answer must not be null: send \"\" or json(null).");
    }
}
