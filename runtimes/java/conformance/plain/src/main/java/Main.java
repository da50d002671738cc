import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.openruntimes.Handler;
import org.openruntimes.Request;
import org.openruntimes.Response;

/** Answers as the action {@code echo} of the probe does. */
public class Main implements Handler {
    private final String load = UUID.randomUUID().toString();
    private final AtomicLong count = new AtomicLong();

    @Override
    public void handle(Request req, Response res) {
        Map<String, Object> echo = new LinkedHashMap<>();
        echo.put("file", "src/main/java/Main.java");
        echo.put("load", load);
        echo.put("count", count.incrementAndGet());
        echo.put("payload", req.payload());
        echo.put("env", req.env());
        echo.put("headers", req.headers());
        res.json(echo);
    }
}
