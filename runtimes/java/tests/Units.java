import java.util.Map;
import org.openruntimes.Json;
import org.openruntimes.Request;
import server.Cases;
import server.Code;
import server.Framing;
import server.Refusal;

/** The unit tests of the server and of the API's JSON, with a main of their own: JUnit would be the only dependency. */
final class Units {
    private Units() {}

    public static void main(String[] arguments) throws Exception {
        Cases.each("json", row -> {
            String is = judged(Cases.bytes(row.get("body")));
            boolean either = "either".equals(row.get("is")) && !is.equals("too-deep");
            return either || is.equals(row.get("is")) ? null : "it is " + is + " and not " + row.get("is");
        });
        Cases.each("json", row -> written(Cases.bytes(row.get("body"))));
        Cases.each("files", row -> {
            boolean inside = Code.staysInside((String) row.get("file"));
            return row.get("inside").equals(inside) ? null : "inside is " + inside;
        });
        Cases.each("bodies", Units::parsed);
        Framing.test();
        if (!Cases.allPassed()) System.exit(1);
    }

    private static String judged(byte[] body) {
        try {
            Json.parse(body);
            return "valid";
        } catch (Json.TooDeep error) {
            return "too-deep";
        } catch (IllegalArgumentException error) {
            return "invalid";
        }
    }

    /** What is read and written is read as the same. */
    private static String written(byte[] body) {
        Object value;
        try {
            value = Json.parse(body);
        } catch (IllegalArgumentException error) {
            return null;
        }
        String text = Json.write(value);
        Object again = Json.parse(text);
        boolean same = value == null ? again == null : value.equals(again);
        return same ? null : "it is written as " + text.substring(0, Math.min(80, text.length()));
    }

    private static String parsed(Map<?, ?> row) {
        Server.Invocation found;
        try {
            found = Server.parse(Cases.bytes(row.get("body")), "ENTRYPOINT");
        } catch (Refusal refusal) {
            Map<?, ?> body = (Map<?, ?>) Json.parse(refusal.answer.body());
            Object message = body.get("message");
            return refusal.answer.status() == 400 && message.equals(row.get("message")) ? null : "refused: " + message;
        }
        if (!(row.get("invocation") instanceof Map<?, ?> expected)) return "it is not refused: " + found;
        Request request = found.request();
        Map<String, Object> members = Map.of(
                "path",
                found.path(),
                "file",
                found.file(),
                "env",
                request.env(),
                "headers",
                request.headers(),
                "payload",
                request.payload());
        return members.equals(expected) ? null : "found " + members;
    }
}
