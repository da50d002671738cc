import java.util.Map;
import org.openruntimes.Request;
import org.openruntimes.Response;

/** The tests of the function, with a main of their own, since there is no dependency for them. */
final class MainTest {
    private MainTest() {}

    public static void main(String[] arguments) throws Exception {
        greets(Map.of("name", "Ada"), "Hello, Ada!");
        greets(Map.of(), "Hello, world!");
    }

    private static void greets(Map<String, ?> payload, String message) throws Exception {
        Object answer = Response.of(new Main(), new Request(payload)).json();
        if (!answer.equals(Map.of("message", message))) throw new AssertionError(payload + ": " + answer);
        System.out.println("passed: " + message);
    }
}
