package nested;

import org.openruntimes.Handler;
import org.openruntimes.Request;
import org.openruntimes.Response;
import probe.Probe;

/** A handler in a package of its own, and so in a sub-folder. */
public class Deep implements Handler {
    private final Probe probe = new Probe("src/main/java/nested/Deep.java");

    @Override
    public void handle(Request req, Response res) throws Exception {
        probe.act(req, res);
    }
}
