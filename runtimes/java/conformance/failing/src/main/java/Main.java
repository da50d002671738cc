import org.openruntimes.Handler;
import org.openruntimes.Request;
import org.openruntimes.Response;

/** It would compile, were it not for what pom.xml says. */
public class Main implements Handler {
    @Override
    public void handle(Request req, Response res) {
        res.send("never");
    }
}
