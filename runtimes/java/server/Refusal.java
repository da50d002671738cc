package server;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openruntimes.Answer;
import org.openruntimes.Json;

/** Leaves whatever was going on, with the answer that the client gets instead. */
public final class Refusal extends Exception {
    private static final long serialVersionUID = 1;

    /** What the contract calls a runtime error. */
    public enum Kind {
        UNAUTHORIZED(401, "unauthorized"),
        METHOD_NOT_ALLOWED(405, "method-not-allowed"),
        TOO_LARGE(413, "too-large"),
        BAD_REQUEST(400, "bad-request"),
        CODE_NOT_FOUND(404, "code-not-found"),
        LOAD_FAILED(500, "load-failed"),
        FUNCTION_ERROR(500, "function-error"),
        NO_RESPONSE(500, "no-response"),
        INVALID_RESPONSE(500, "invalid-response");

        final int status;
        final String name;

        Kind(int status, String name) {
            this.status = status;
            this.name = name;
        }
    }

    public final transient Answer answer;

    private Refusal(String message, Answer answer) {
        super(message, null, false, false);
        this.answer = answer;
    }

    public Refusal(Kind kind, String message) {
        this(message, answer(kind, message, null));
    }

    public Refusal(Kind kind, String message, String stack) {
        this(message, answer(kind, message, stack));
    }

    /** What the HTTP layer refuses: a status says enough. */
    static Refusal plain(int status) {
        return new Refusal("HTTP " + status, new Answer(status, List.of(), new byte[0]));
    }

    public static Answer answer(Kind kind, String message, String stack) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("code", kind.status);
        body.put("message", message);
        if (stack != null) body.put("stack", stack);
        List<Map.Entry<String, String>> headers = new ArrayList<>();
        headers.add(Map.entry("Content-Type", "application/json"));
        headers.add(Map.entry("X-Internal-Error", kind.name));
        if (kind == Kind.METHOD_NOT_ALLOWED) headers.add(Map.entry("Allow", "POST"));
        return new Answer(kind.status, headers, Json.encode(body));
    }
}
