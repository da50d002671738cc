import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.openruntimes.Handler;
import org.openruntimes.Request;
import org.openruntimes.Response;

/** Verifies a signed webhook: lets in only what was signed with the secret that both sides know. */
public class Main implements Handler {
    private record Verified(boolean verified, String event) {}

    @Override
    public void handle(Request req, Response res) throws GeneralSecurityException {
        String secret = req.env().getOrDefault("WEBHOOK_SECRET", "");
        if (secret.isEmpty()) {
            res.json(Map.of("error", "WEBHOOK_SECRET is not set"), 500);
        } else if (!(req.payload() instanceof String body)) {
            res.json(Map.of("error", "payload must be the raw body, a string"), 400);
        } else if (!isSigned(body, secret, req.header("X-Hub-Signature-256"))) {
            res.json(Map.of("error", "signature does not match"), 401);
        } else {
            res.json(new Verified(true, req.header("X-GitHub-Event")));
        }
    }

    /** The signature is over the bytes of the body, so it must come as it was received. */
    private static boolean isSigned(String body, String secret, String signature) throws GeneralSecurityException {
        if (signature == null) return false;
        Mac hmac = Mac.getInstance("HmacSHA256");
        hmac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        byte[] digest = hmac.doFinal(body.getBytes(StandardCharsets.UTF_8));
        byte[] expected = ("sha256=" + HexFormat.of().formatHex(digest)).getBytes(StandardCharsets.UTF_8);
        return MessageDigest.isEqual(expected, signature.getBytes(StandardCharsets.UTF_8)); // in constant time
    }
}
