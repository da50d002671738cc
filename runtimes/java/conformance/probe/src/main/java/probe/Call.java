package probe;

import java.util.Map;
import org.openruntimes.Request;
import org.openruntimes.Response;

/** What a step works with: the handler's arguments, the notes for "answer", and "echo". */
record Call(Probe probe, long count, Request req, Response res, Map<String, Object> notes) {
    void echo() {
        probe.echo(count, req, res);
    }
}
