package org.openruntimes;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads JSON strictly, out of bytes that are known to be UTF-8 and not too deep. */
final class JsonReader {
    private final byte[] text;
    private int at;

    JsonReader(byte[] text) {
        this.text = text;
    }

    Object read() {
        Object value = value();
        skipSpace();
        if (at < text.length) throw unexpected();
        return value;
    }

    private Object value() {
        skipSpace();
        return switch (peek()) {
            case '{' -> object();
            case '[' -> array();
            case '"' -> string();
            case 't' -> word("true", Boolean.TRUE);
            case 'f' -> word("false", Boolean.FALSE);
            case 'n' -> word("null", null);
            default -> number();
        };
    }

    private Map<String, Object> object() {
        Map<String, Object> members = new LinkedHashMap<>();
        at++;
        skipSpace();
        if (take('}')) return members;
        do {
            skipSpace();
            if (peek() != '"') throw unexpected();
            String name = string();
            skipSpace();
            if (!take(':')) throw unexpected();
            members.put(name, value());
            skipSpace();
        } while (take(','));
        if (!take('}')) throw unexpected();
        return members;
    }

    private List<Object> array() {
        List<Object> items = new ArrayList<>();
        at++;
        skipSpace();
        if (take(']')) return items;
        do {
            items.add(value());
            skipSpace();
        } while (take(','));
        if (!take(']')) throw unexpected();
        return items;
    }

    private String string() {
        int start = ++at;
        while (at < text.length) {
            byte b = text[at];
            if (b == '"') return new String(text, start, at++ - start, StandardCharsets.UTF_8);
            if (b == '\\') return escaped(start);
            if (b >= 0 && b < ' ') break;
            at++;
        }
        throw unexpected();
    }

    /** From the first backslash on. What is between two is taken as it is. */
    private String escaped(int start) {
        StringBuilder whole = new StringBuilder();
        int from = start;
        while (at < text.length) {
            byte b = text[at];
            if (b == '"' || b == '\\') {
                if (at > from) whole.append(new String(text, from, at - from, StandardCharsets.UTF_8));
                at++;
                if (b == '"') return whole.toString();
                whole.append(escape());
                from = at;
            } else if (b >= 0 && b < ' ') {
                break;
            } else {
                at++;
            }
        }
        throw unexpected();
    }

    private char escape() {
        int escape = peek();
        at++;
        return switch (escape) {
            case '"', '\\', '/' -> (char) escape;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> (char) (digit() << 12 | digit() << 8 | digit() << 4 | digit());
            default -> throw unexpected();
        };
    }

    private int digit() {
        int value = at < text.length ? Character.digit(text[at], 16) : -1;
        if (value < 0) throw unexpected();
        at++;
        return value;
    }

    private Object number() {
        int start = at;
        take('-');
        if (!take('0')) digits();
        boolean whole = true;
        if (take('.')) {
            digits();
            whole = false;
        }
        if (take('e') || take('E')) {
            if (!take('+')) take('-');
            digits();
            whole = false;
        }
        String digits = new String(text, start, at - start, StandardCharsets.ISO_8859_1);
        if (whole && digits.length() <= 18) return Long.parseLong(digits);
        double value = Double.parseDouble(digits);
        if (Double.isInfinite(value)) throw new IllegalArgumentException("A number is beyond the range of a double.");
        return value;
    }

    private void digits() {
        int start = at;
        while (at < text.length && text[at] >= '0' && text[at] <= '9') at++;
        if (at == start) throw unexpected();
    }

    private Object word(String word, Object value) {
        for (int i = 0; i < word.length(); i++) {
            if (!take(word.charAt(i))) throw unexpected();
        }
        return value;
    }

    private int peek() {
        if (at >= text.length) throw unexpected();
        return text[at];
    }

    private boolean take(char wanted) {
        if (at >= text.length || text[at] != wanted) return false;
        at++;
        return true;
    }

    private void skipSpace() {
        while (at < text.length && (text[at] == ' ' || text[at] == '\n' || text[at] == '\r' || text[at] == '\t')) at++;
    }

    private IllegalArgumentException unexpected() {
        return new IllegalArgumentException("It is no JSON at byte " + at + ".");
    }
}
