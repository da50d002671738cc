import java.util.Locale;
import java.util.Map;
import org.openruntimes.Request;
import org.openruntimes.Response;

/** The tests of the function, with a main of their own, since there is no dependency for them. */
final class MainTest {
    private static final Map<String, String> ENV = Map.of("WEBHOOK_SECRET", "example-secret");
    private static final String BODY = "{\"action\":\"opened\"}";
    private static final String SIGNATURE = "sha256=49718fbc4de7fcea51e68935108aff32bde7c071c9195122c671ee1edd44eafe";

    private MainTest() {}

    public static void main(String[] arguments) throws Exception {
        expect("the right signature", 200, BODY, SIGNATURE, ENV);
        expect("another body", 401, "{}", SIGNATURE, ENV);
        String[] wrong = {
            "",
            "sha256=",
            SIGNATURE.substring(0, 70),
            SIGNATURE.substring(7),
            SIGNATURE.toUpperCase(Locale.ROOT),
            "sha256=é"
        };
        for (String signature : wrong) expect("the signature " + signature, 401, BODY, signature, ENV);
        expect("no secret", 500, BODY, SIGNATURE, Map.of());
        expect("an object", 400, Map.of(), SIGNATURE, ENV);
        expect("a number", 400, 1L, SIGNATURE, ENV);
    }

    private static void expect(String what, int status, Object payload, String signature, Map<String, String> env)
            throws Exception {
        Request request = new Request(payload, env, Map.of("X-Hub-Signature-256", signature));
        int is = Response.of(new Main(), request).status();
        if (is != status) throw new AssertionError(what + ": " + is);
        System.out.println("passed: " + what);
    }
}
