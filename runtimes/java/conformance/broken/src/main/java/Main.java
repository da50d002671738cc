import org.openruntimes.Handler;
import org.openruntimes.Request;
import org.openruntimes.Response;

/** The parenthesis is missing on purpose. */
public class Main implements Handler {
    @Override
    public void handle(Request req, Response res) {
        res.send("never";
    }
}
