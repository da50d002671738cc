import org.openruntimes.Request;
import org.openruntimes.Response;

/** It can do what a handler does, and does not say so. */
public class Main {
    public void handle(Request req, Response res) {
        res.send("never");
    }
}
