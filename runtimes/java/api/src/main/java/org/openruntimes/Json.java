package org.openruntimes;

import java.nio.charset.StandardCharsets;

/**
 * JSON as plain Java values.
 *
 * <p>Read: an object is a {@code LinkedHashMap}, an array an {@code ArrayList}, a number a {@code Long} or else a
 * {@code Double}; strings, booleans and null are themselves. Written: these, every other {@code Map} with strings as
 * keys, {@code Iterable} and array, every {@code Number}, a record as an object of its components, an enum by name.
 */
public final class Json {
    /** Brackets that may be open at once in what is read. */
    public static final int DEEPEST = 512;

    /** More brackets are open at once than a reader should have to follow. */
    public static final class TooDeep extends IllegalArgumentException {
        private static final long serialVersionUID = 1;

        TooDeep() {
            super("JSON is nested deeper than " + DEEPEST + " levels.");
        }
    }

    private Json() {}

    /** The value of a text, or an {@code IllegalArgumentException}. */
    public static Object parse(String text) {
        return parse(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The value of a text in UTF-8, or an {@code IllegalArgumentException}. */
    public static Object parse(byte[] text) {
        check(text);
        return new JsonReader(text).read();
    }

    /** A value as text, or an {@code IllegalArgumentException}. */
    public static String write(Object value) {
        return new String(encode(value), StandardCharsets.UTF_8);
    }

    /** A value as text in UTF-8, or an {@code IllegalArgumentException}. */
    public static byte[] encode(Object value) {
        return new JsonWriter().write(value);
    }

    /** Before anything is built: whether it is UTF-8, and how deep it is. */
    private static void check(byte[] text) {
        int depth = 0;
        int deepest = 0;
        boolean inString = false;
        for (int i = 0; i < text.length; i++) {
            byte b = text[i];
            if (b < 0) {
                i += continuation(text, i);
            } else if (b == '"') {
                inString = !inString;
            } else if (inString) {
                if (b == '\\' && i + 1 < text.length && text[i + 1] >= 0) i++; // the next byte ends no string
            } else if (b == '[' || b == '{') {
                if (++depth > deepest) deepest = depth;
            } else if (b == ']' || b == '}') {
                depth--;
            }
        }
        if (deepest > DEEPEST) throw new TooDeep();
    }

    /** How many bytes follow the first one of a character beyond ASCII. */
    private static int continuation(byte[] text, int at) {
        int first = text[at] & 0xff;
        int length = first < 0xc2 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf5 ? 3 : 0;
        boolean valid = length > 0 && at + length < text.length;
        for (int i = 1; valid && i <= length; i++) valid = (text[at + i] & 0xc0) == 0x80;
        if (valid && length > 1) {
            int second = text[at + 1] & 0xff;
            valid = switch (first) {
                case 0xe0 -> second >= 0xa0; // a spelling that is too long
                case 0xed -> second < 0xa0; // half of a surrogate pair
                case 0xf0 -> second >= 0x90;
                case 0xf4 -> second < 0x90; // beyond Unicode
                default -> true;
            };
        }
        if (!valid) throw new IllegalArgumentException("It is not UTF-8.");
        return length;
    }
}
