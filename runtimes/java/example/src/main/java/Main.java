import java.util.Map;
import org.openruntimes.Handler;
import org.openruntimes.Request;
import org.openruntimes.Response;

/** Greets the person that the payload names. */
public class Main implements Handler {
    @Override
    public void handle(Request req, Response res) {
        Object name = req.object().getOrDefault("name", "world");
        res.json(Map.of("message", "Hello, " + name + "!"));
    }
}
