import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.openruntimes.Handler;
import org.openruntimes.Request;
import org.openruntimes.Response;

/**
 * Serves while the cache is made, and is then gone. What many functions use of the JDK is used here, so that they find
 * it in the cache; what takes long and few use (HTTP, XML, security providers) is left to those.
 */
public class Main implements Handler {
    private record Greeting(String message, List<Object> parts) {}

    private static final Pattern WORDS = Pattern.compile("\\s+");

    private final AtomicLong count = new AtomicLong();
    private final Map<String, Object> kept = new ConcurrentHashMap<>();

    @Override
    public void handle(Request req, Response res) throws Exception {
        String name = String.valueOf(req.object().getOrDefault("name", "world"));
        long called = count.incrementAndGet();
        List<Object> parts = new ArrayList<>(List.of(called, name.length(), called / 3.0, called > 1));
        Map<String, Object> seen = new LinkedHashMap<>(Map.of("name", name, "called", called));
        seen.putAll(new TreeMap<>(new HashMap<>(seen)));
        kept.computeIfAbsent(name, first -> seen);
        parts.add("Hello, " + name + "! " + called + ' ' + req.env() + (char) ('a' + called % 26));
        parts.add(String.format(Locale.ROOT, "%s %d %.2f %05x", name, called, called / 7.0, called));
        parts.add(WORDS.splitAsStream(name)
                .map(String::toUpperCase)
                .filter(word -> !word.isEmpty())
                .sorted()
                .collect(Collectors.joining(", ")));
        parts.add(req.headers().entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
        parts.add(name.toLowerCase(Locale.ROOT).replace("a", "b").strip().split(" "));
        parts.add(Optional.ofNullable(req.header("none")).orElse("none"));
        parts.add(Base64.getEncoder().encodeToString(name.getBytes(StandardCharsets.UTF_8)));
        parts.add(HexFormat.of().formatHex(name.getBytes(StandardCharsets.UTF_8)));
        parts.add(new UUID(
                        called,
                        new Random(called).nextLong()
                                + ThreadLocalRandom.current().nextInt(9))
                .toString());
        parts.add(Instant.ofEpochSecond(called).toString() + ZonedDateTime.now().getYear());
        parts.add(new BigDecimal("1.5").add(BigDecimal.TEN));
        parts.add(Files.exists(Path.of("/usr/code", name)));
        res.json(new Greeting("Hello, " + name + "!", parts));
    }
}
