import java.util.List;
import java.util.Map;
import org.openruntimes.Answer;
import org.openruntimes.Request;
import org.openruntimes.Response;

/** The tests of the function, with a main of their own, since there is no dependency for them. */
final class MainTest {
    private MainTest() {}

    public static void main(String[] arguments) throws Exception {
        String html = answer(Map.of("markdown", "*a* <b>b</b>")).text();
        expect("HTML comes out as text", html.equals("<p><em>a</em> &lt;b&gt;b&lt;/b&gt;</p>\n"), html);
        html = answer(Map.of("markdown", "[a](https://example.org)")).text();
        expect("a link", html.contains("href=\"https://example.org\""), html);
        for (String url : List.of("javascript:alert(1)", "JaVaScRiPt:1", "javascript&colon;1", "data:text/html,1")) {
            html = answer(Map.of("markdown", "[a](" + url + ")")).text();
            expect("no link to " + url, !html.contains("href"), html);
        }
        for (Object payload : List.of(Map.of(), Map.of("markdown", 1L), "# a")) {
            int status = answer(payload).status();
            expect("a refusal of " + payload, status == 400, status);
        }
    }

    private static Answer answer(Object payload) throws Exception {
        return Response.of(new Main(), new Request(payload));
    }

    private static void expect(String what, boolean holds, Object answer) {
        if (!holds) throw new AssertionError(what + ": " + answer);
        System.out.println("passed: " + what);
    }
}
