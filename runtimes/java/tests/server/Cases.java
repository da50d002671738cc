package server;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.openruntimes.Json;

/** The tables that the unit tests of every language read, conformance/cases, and how they are gone through. */
public final class Cases {
    /** What is held of one case: the reason why it fails, or null. */
    public interface Check {
        String fault(Map<?, ?> row) throws Exception;
    }

    private static boolean allPassed = true;

    private Cases() {}

    public static boolean allPassed() {
        return allPassed;
    }

    /** Goes through a table, as seen from the folder of this language. */
    public static void each(String table, Check check) throws IOException {
        Path path = Path.of("../../conformance/cases", table + ".json");
        List<?> rows = (List<?>) Json.parse(Files.readAllBytes(path));
        int faults = rows.isEmpty() ? 1 : 0;
        for (Object item : rows) {
            Map<?, ?> row = (Map<?, ?>) item;
            String fault;
            try {
                fault = check.fault(row);
            } catch (Exception error) {
                fault = error.toString();
            }
            if (fault == null) continue;
            faults++;
            System.out.println(table + ": " + row.values().iterator().next() + ": " + fault);
        }
        allPassed &= faults == 0;
        System.out.println(faults == 0 ? "passed: " + rows.size() + " cases of " + table : faults + " failed");
    }

    /** What is written as a list of pieces: a string, a string and how many times, or an object with "hex". */
    public static byte[] bytes(Object pieces) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (Object piece : (List<?>) pieces) {
            if (piece instanceof Map<?, ?> map) {
                bytes.writeBytes(HexFormat.of().parseHex((String) map.get("hex")));
            } else if (piece instanceof List<?> list) {
                int times = ((Long) list.get(1)).intValue();
                bytes.writeBytes(((String) list.get(0)).repeat(times).getBytes(StandardCharsets.UTF_8));
            } else {
                bytes.writeBytes(((String) piece).getBytes(StandardCharsets.UTF_8));
            }
        }
        return bytes.toByteArray();
    }
}
