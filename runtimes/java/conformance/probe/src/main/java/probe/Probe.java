package probe;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.openruntimes.Request;
import org.openruntimes.Response;

/** One file of the probe, with a load mark and a count of its own: takes the steps of a payload one after another. */
public final class Probe {
    private final String file;
    private final String load = Long.toHexString(ThreadLocalRandom.current().nextLong());
    private final AtomicLong count = new AtomicLong();

    public Probe(String file) {
        this.file = file;
    }

    public void act(Request req, Response res) throws Exception {
        long called = count.incrementAndGet();
        if (!(req.payload() instanceof Map<?, ?> payload)) {
            echo(called, req, res);
        } else if (payload.get("steps") instanceof List<?> steps) {
            Map<String, Object> notes = new HashMap<>();
            notes.put("nonce", payload.get("nonce"));
            run(steps, new Call(this, called, req, res, notes));
        } else if (payload.containsKey("value")) {
            res.json(payload.get("value"));
        } else {
            echo(called, req, res);
        }
    }

    void echo(long called, Request req, Response res) {
        Map<String, Object> echo = new LinkedHashMap<>();
        echo.put("file", file);
        echo.put("load", load);
        echo.put("count", called);
        echo.put("payload", req.payload());
        echo.put("env", req.env());
        echo.put("headers", req.headers());
        res.json(echo);
    }

    private static void run(List<?> steps, Call call) throws Exception {
        for (int i = 0; i < steps.size(); i++) {
            Step step = Step.of(steps.get(i));
            List<?> rest = steps.subList(i + 1, steps.size());
            switch (step.name()) {
                case "sleep" -> {
                    await(step.integer("ms"), rest, call);
                    return;
                }
                case "spawn" -> {
                    new Thread(() -> later(step.integer("ms"), rest, call)).start();
                    return;
                }
                default -> Steps.take(step, call);
            }
        }
    }

    /** What Java has in the place of an await: another thread's failure comes out where it is waited for. */
    private static void await(int ms, List<?> rest, Call call) {
        CompletableFuture.runAsync(() -> later(ms, rest, call)).join();
    }

    private static void later(int ms, List<?> rest, Call call) {
        try {
            Thread.sleep(ms);
            run(rest, call);
        } catch (RuntimeException error) {
            throw error;
        } catch (Exception error) {
            throw new IllegalStateException(error);
        }
    }
}
