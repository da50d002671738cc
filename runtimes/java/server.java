import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.openruntimes.Json;
import org.openruntimes.Request;
import server.Call;
import server.Code;
import server.Connection;
import server.Head;
import server.Loop;
import server.Refusal;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Serves the runtime contract, version 1, on an HTTP reader of its own. It reads in the order of a request:
 * loadConfiguration, authorise, parse, resolveCode, call, reply, shutDown.
 */
final class Server implements Loop.Server, SignalHandler {
    private record Configuration(long maxBody, String entrypoint, byte[] key) {}

    /** What a body asks for. */
    record Invocation(String path, String file, Request request) {}

    private final Configuration configuration;
    private final Code code = new Code();
    private final Loop loop;

    private Server(Configuration configuration) throws IOException {
        this.configuration = configuration;
        loop = new Loop(this);
    }

    static Configuration loadConfiguration() throws IOException {
        String maxBody = variable("INTERNAL_RUNTIME_MAX_BODY", "20971520");
        if (!isPositive(maxBody)) {
            throw new IllegalArgumentException(
                    "INTERNAL_RUNTIME_MAX_BODY must be a positive whole number of bytes, such as 20971520.");
        }
        String entrypoint = variable("INTERNAL_RUNTIME_ENTRYPOINT", "src/main/java/Main.java");
        if (!Code.staysInside(entrypoint)) {
            throw new IllegalArgumentException("INTERNAL_RUNTIME_ENTRYPOINT must be a relative path without \"..\", "
                    + "such as src/main/java/Main.java.");
        }
        return new Configuration(Long.parseLong(maxBody), entrypoint, readKey());
    }

    /** launch.sh moves it from descriptor 3 to standard input, which Java can close: /dev/null takes its place. */
    private static byte[] readKey() throws IOException {
        String key;
        try (InputStream input = System.in) {
            key = new String(input.readAllBytes(), StandardCharsets.ISO_8859_1);
        }
        if (key.length() < 2) {
            throw new IllegalArgumentException(
                    "INTERNAL_RUNTIME_KEY did not arrive on descriptor 3: start the server with launch.sh.");
        }
        return key.substring(0, key.length() - 1)
                .getBytes(StandardCharsets.ISO_8859_1); // without the line break after it
    }

    private static String variable(String name, String fallback) {
        String value = System.getenv(name);
        return value == null || value.isEmpty() ? fallback : value;
    }

    private static boolean isPositive(String number) {
        int significant = 0;
        for (int i = 0; i < number.length(); i++) {
            char digit = number.charAt(i);
            if (digit < '0' || digit > '9') return false;
            if (significant > 0 || digit != '0') significant++;
        }
        return significant > 0 && significant <= 15;
    }

    /** Lets in a request that carries the key exactly once. */
    private void authorise(Head head) throws Refusal {
        byte[] challenge = head.challenge();
        if (challenge == null || !isKey(challenge)) throw new Refusal(Refusal.Kind.UNAUTHORIZED, "Unauthorized");
    }

    /** Looks at every byte that was sent, even after one that differs: timing tells nothing about the key. */
    private boolean isKey(byte[] sent) {
        byte[] key = configuration.key;
        int difference = sent.length ^ key.length;
        for (int i = 0; i < sent.length; i++) difference |= sent[i] ^ key[i % key.length];
        return difference == 0; // MessageDigest.isEqual has this too, and loads the security providers
    }

    @Override
    public void admit(Head head) throws Refusal {
        authorise(head);
        if (!head.method.equals("POST")) {
            throw new Refusal(Refusal.Kind.METHOD_NOT_ALLOWED, "Only POST invokes the function.");
        }
        demand(head.hasSoundHost(), "Host must be one host name, with or without a port.");
    }

    @Override
    public long limit() {
        return configuration.maxBody;
    }

    private static void demand(boolean valid, String message) throws Refusal {
        if (!valid) throw new Refusal(Refusal.Kind.BAD_REQUEST, message);
    }

    /** The fields of the body, each with its default. */
    static Invocation parse(byte[] bytes, String entrypoint) throws Refusal {
        Map<?, ?> body = bytes.length == 0 ? Map.of() : object(bytes);
        Object path = field(body, "path", "/usr/code");
        Object file = field(body, "file", entrypoint);
        Object env = field(body, "env", null);
        Object headers = field(body, "headers", null);
        Object payload = field(body, "payload", null);
        demand(path instanceof String name && !name.isEmpty(), "path must be a non-empty string.");
        demand(file instanceof String name && !name.isEmpty(), "file must be a non-empty string.");
        Map<String, String> ownEnv = strings(env, "env must be an object of strings.");
        Map<String, String> ownHeaders = strings(headers, "headers must be an object of strings.");
        String folder = (String) path;
        demand(folder.startsWith("/") && folder.indexOf('\0') < 0, "path must be an absolute path without NUL.");
        demand(Code.staysInside((String) file), "file must be a relative path without NUL that stays inside path.");
        Object input = payload == null ? new LinkedHashMap<String, Object>() : payload;
        return new Invocation(folder, (String) file, new Request(input, ownEnv, ownHeaders));
    }

    private static Map<?, ?> object(byte[] bytes) throws Refusal {
        Object body;
        try {
            body = Json.parse(bytes);
        } catch (Json.TooDeep error) {
            throw new Refusal(Refusal.Kind.BAD_REQUEST, "Body is nested deeper than 512 levels.");
        } catch (IllegalArgumentException error) {
            throw new Refusal(Refusal.Kind.BAD_REQUEST, "Body is not valid JSON.");
        }
        demand(body instanceof Map, "Body must be a JSON object.");
        return (Map<?, ?>) body;
    }

    private static Object field(Map<?, ?> body, String name, Object fallback) {
        Object value = body.get(name);
        return value == null ? fallback : value;
    }

    private static Map<String, String> strings(Object value, String message) throws Refusal {
        Map<String, String> strings = new LinkedHashMap<>();
        if (value == null) return strings;
        demand(value instanceof Map, message);
        for (Map.Entry<?, ?> member : ((Map<?, ?>) value).entrySet()) {
            demand(member.getValue() instanceof String, message);
            strings.put((String) member.getKey(), (String) member.getValue());
        }
        return strings;
    }

    @Override
    public void receive(Connection connection) {
        Invocation invocation;
        try {
            invocation = parse(connection.takeBody(), configuration.entrypoint);
        } catch (Refusal refusal) {
            connection.reply(refusal.answer);
            return;
        }
        call(connection, resolveCode(invocation), invocation.request);
    }

    /** The one name of the code file. It is loaded on the thread of the call, since that may be slow. */
    private static String resolveCode(Invocation invocation) {
        return Code.normalise(invocation.path + '/' + invocation.file);
    }

    /** Runs the handler to its end, on a thread that may be held up; then the loop replies. */
    private void call(Connection connection, String source, Request request) {
        loop.perform(connection, new Call(code, source, request));
    }

    @Override
    public void handle(Signal signal) {
        loop.stop();
    }

    @Override
    public void stopped() {
        shutDown();
    }

    /** Once nothing runs any more. What functions left running is not waited for, and without halt it is 143. */
    private static void shutDown() {
        System.out.flush();
        System.err.flush();
        Runtime.getRuntime().halt(0);
    }

    public static void main(String[] arguments) {
        try {
            Server server = new Server(loadConfiguration());
            Signal.handle(new Signal("TERM"), server);
            Signal.handle(new Signal("INT"), server);
            server.loop.start(3000);
        } catch (IllegalArgumentException | IOException error) {
            System.err.println(error.getMessage());
            Runtime.getRuntime().halt(1);
        }
    }
}
