import org.openruntimes.Handler;
import org.openruntimes.Request;
import org.openruntimes.Response;
import probe.Probe;

/** Another handler beside it, with a load mark and a count of its own. */
public class Sibling implements Handler {
    private final Probe probe = new Probe("src/main/java/Sibling.java");

    @Override
    public void handle(Request req, Response res) throws Exception {
        probe.act(req, res);
    }
}
