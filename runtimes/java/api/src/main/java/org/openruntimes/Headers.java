package org.openruntimes;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The headers of an answer: which ones a function may set, and to what. */
final class Headers {
    /** They belong to the connection or to the runtime, not to the function. */
    private static final List<String> FORBIDDEN =
            List.of("content-length", "transfer-encoding", "connection", "date", "trailer");

    private Headers() {}

    static Answer answer(String contentType, byte[] body, int status, Map<String, ?> headers) {
        List<Map.Entry<String, String>> lines = new ArrayList<>();
        boolean typed = false;
        for (Map.Entry<String, ?> header : headers.entrySet()) {
            String name = header.getKey();
            check(name);
            typed |= name.equalsIgnoreCase("Content-Type");
            if (header.getValue() instanceof Iterable<?> list) {
                for (Object value : list) lines.add(Map.entry(name, checked(name, value)));
            } else {
                lines.add(Map.entry(name, checked(name, header.getValue())));
            }
        }
        if (status == 204 || status == 205 || status == 304) return new Answer(status, lines, new byte[0]);
        if (!typed) lines.add(0, Map.entry("Content-Type", contentType));
        return new Answer(status, lines, body);
    }

    private static void check(String name) {
        boolean token = name != null && !name.isEmpty();
        for (int i = 0; token && i < name.length(); i++) token = isToken(name.charAt(i));
        if (!token) throw new IllegalArgumentException("'" + name + "' is no name of a header.");
        for (String forbidden : FORBIDDEN) {
            if (name.equalsIgnoreCase(forbidden)) throw notYours(name);
        }
        if (name.regionMatches(true, 0, "x-internal-", 0, 11)) throw notYours(name);
    }

    private static IllegalArgumentException notYours(String name) {
        return new IllegalArgumentException("The header " + name + " is not the function's to set.");
    }

    private static String checked(String name, Object value) {
        boolean fine = value instanceof String;
        if (value instanceof String text) {
            for (int i = 0; fine && i < text.length(); i++) {
                char c = text.charAt(i);
                fine = c == '\t' || c >= ' ' && c < 0x7f || c >= 0x80 && c <= 0xff;
            }
        }
        if (fine) return (String) value;
        throw new IllegalArgumentException(
                "The header " + name + " must be a string or a list of strings, without line breaks.");
    }

    static boolean isToken(char c) {
        return c >= 'a' && c <= 'z'
                || c >= 'A' && c <= 'Z'
                || c >= '0' && c <= '9'
                || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
    }
}
