import org.openruntimes.Handler;
import org.openruntimes.Request;
import org.openruntimes.Response;
import probe.Probe;

/** The entrypoint. */
public class Main implements Handler {
    private final Probe probe = new Probe("src/main/java/Main.java");

    @Override
    public void handle(Request req, Response res) throws Exception {
        probe.act(req, res);
    }
}
