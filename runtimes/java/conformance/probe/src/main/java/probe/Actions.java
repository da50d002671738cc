package probe;

import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import org.openruntimes.Response;

/** The actions of the probe, as the README above this folder lists them. */
final class Actions {
    private Actions() {
    }

    static void act(String action, Map<String, Object> payload, Response res) throws Exception {
        switch (action) {
            case "send" -> res.send(text(payload, "text").repeat(number(payload, "times", 1)), status(payload), headers(payload));
            case "json" -> res.json(payload.get("value"), status(payload), headers(payload));
            case "bytes" -> res.bytes(Base64.getDecoder().decode(text(payload, "base64")), status(payload), headers(payload));
            case "unencodable" -> {
                Map<String, Object> cycle = new HashMap<>();
                cycle.put("itself", List.of(cycle));
                res.json(cycle);
            }
            case "not-a-number" -> res.json(Map.of("value", notANumber(text(payload, "which"))));
            case "throw" -> deliberate(text(payload, "message"));
            // What Java has in the place of an await: another thread's failure comes out where it is waited for.
            case "throw-later" -> CompletableFuture.runAsync(() -> deliberate(text(payload, "message"))).join();
            case "silent" -> { }
            case "twice" -> {
                res.send(text(payload, "first"));
                res.send(text(payload, "second"));
            }
            case "send-then-throw" -> {
                res.send(text(payload, "text"));
                deliberate(text(payload, "message"));
            }
            case "answer-late" -> leftRunning(() -> res.send(text(payload, "text")));
            case "stray" -> {
                res.send(text(payload, "text"));
                leftRunning(() -> deliberate(text(payload, "message")));
            }
            case "exit" -> System.exit(number(payload, "code", 0));
            default -> Observations.act(action, payload, res);
        }
    }

    static String text(Map<String, Object> payload, String name) {
        if (payload.get(name) instanceof String text) return text;
        throw new IllegalArgumentException("the probe needs a text '" + name + "'");
    }

    static int number(Map<String, Object> payload, String name, int fallback) {
        return payload.get(name) instanceof Number number ? number.intValue() : fallback;
    }

    /** The type of a status is int, so what is none never comes as far as the response. */
    private static int status(Map<String, Object> payload) {
        Object status = payload.getOrDefault("status", 200L);
        if (status instanceof Long whole) return Math.toIntExact(whole);
        throw new ClassCastException("a status is an int, and not " + status);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, ?> headers(Map<String, Object> payload) {
        return payload.get("headers") instanceof Map<?, ?> headers ? (Map<String, ?>) headers : Map.of();
    }

    private static void deliberate(String message) {
        throw new RuntimeException(message);
    }

    private static double notANumber(String which) {
        return switch (which) {
            case "nan" -> Double.NaN;
            case "infinity" -> Double.POSITIVE_INFINITY;
            default -> Double.NEGATIVE_INFINITY;
        };
    }

    private static void leftRunning(Runnable work) {
        new Thread(() -> {
            try {
                Thread.sleep(50);
            } catch (InterruptedException error) {
                throw new IllegalStateException(error);
            }
            work.run();
        }).start();
    }
}
