package probe;

import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.openruntimes.Response;

/** The steps of the probe, as conformance/PROBE.md lists them. */
final class Steps {
    private Steps() {}

    /** Takes one step that does not change how the rest is taken. */
    static void take(Step step, Call call) throws Exception {
        Response res = call.res();
        switch (step.name()) {
            case "echo" -> call.echo();
            case "answer" -> res.json(call.notes());
            case "send" -> res.send(step.text("text").repeat(step.integer("times", 1)), step.status(), step.headers());
            case "json" -> res.json(step.members().get("value"), step.status(), step.headers());
            case "bytes" -> res.bytes(Base64.getDecoder().decode(step.text("base64")), step.status(), step.headers());
            case "unencodable" -> {
                Map<String, Object> cycle = new HashMap<>();
                cycle.put("itself", List.of(cycle));
                res.json(cycle);
            }
            case "nan" -> res.json(Map.of("value", notANumber(step.text("which"))));
            case "throw" -> deliberate(step.text("text"));
            case "pass" -> {}
            case "set" -> {
                if (call.req().payload() instanceof Map<?, ?>)
                    call.req().object().put(step.text("name"), step.text("text"));
                call.req().env().put(step.text("name"), step.text("text"));
                call.req().headers().put(step.text("name"), step.text("text"));
            }
            case "exit" -> System.exit(step.integer("code"));
            default -> Observations.take(step, call);
        }
    }

    private static void deliberate(String text) {
        throw new RuntimeException(text);
    }

    private static double notANumber(String which) {
        return switch (which) {
            case "nan" -> Double.NaN;
            case "infinity" -> Double.POSITIVE_INFINITY;
            default -> Double.NEGATIVE_INFINITY;
        };
    }
}
