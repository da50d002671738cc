package probe;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

import org.openruntimes.Request;
import org.openruntimes.Response;

/** One file of the probe, with a load mark and a count of its own. */
public final class Probe {
    private final String file;
    private final String load = Long.toHexString(ThreadLocalRandom.current().nextLong());
    private final AtomicLong count = new AtomicLong();

    public Probe(String file) {
        this.file = file;
    }

    public void act(Request req, Response res) throws Exception {
        long called = count.incrementAndGet();
        Object action = req.payload() instanceof Map<?, ?> payload ? payload.get("action") : null;
        if (action == null || action.equals("echo")) {
            echo(called, req, res);
        } else if (action.equals("mutate")) {
            String nonce = (String) req.object().get("nonce");
            req.object().put("mutated", nonce);
            req.env().put("mutated", nonce);
            req.headers().put("mutated", nonce);
            echo(called, req, res);
        } else {
            Actions.act((String) action, req.object(), res);
        }
    }

    private void echo(long called, Request req, Response res) {
        Map<String, Object> echo = new LinkedHashMap<>();
        echo.put("file", file);
        echo.put("load", load);
        echo.put("count", called);
        echo.put("payload", req.payload());
        echo.put("env", req.env());
        echo.put("headers", req.headers());
        res.json(echo);
    }
}
