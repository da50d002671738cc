package org.openruntimes;

import java.lang.reflect.Array;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/** Writes JSON in UTF-8, without a space. */
final class JsonWriter {
    /** Deeper than any sensible value, and not deep enough for the stack: so a cycle ends. */
    private static final int DEEPEST = 1000;

    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.ISO_8859_1);
    /** Characters that are written before the next look at the space that is left; each may take six bytes. */
    private static final int STEP = 1024;

    private byte[] bytes = new byte[512];
    private int size;
    private int depth;

    byte[] write(Object value) {
        value(value);
        return Arrays.copyOf(bytes, size);
    }

    private void value(Object value) {
        if (value == null) ascii("null");
        else if (value instanceof CharSequence text) string(text.toString());
        else if (value instanceof Map<?, ?> map) object(map);
        else if (value instanceof Iterable<?> list) array(list);
        else if (value instanceof Boolean) ascii(value.toString());
        else if (value instanceof Number number) number(number);
        else if (value instanceof Character) string(value.toString());
        else if (value instanceof Enum<?> constant) string(constant.name());
        else if (value instanceof Record record) object(record);
        else if (value.getClass().isArray()) array(value);
        else
            throw new IllegalArgumentException(
                    "JSON has nothing for a " + value.getClass().getName() + ".");
    }

    private void number(Number number) {
        double value = number.doubleValue();
        boolean floating = number instanceof Double || number instanceof Float;
        if (floating && !(Math.abs(value) <= Double.MAX_VALUE)) {
            throw new IllegalArgumentException("JSON has no " + number + ".");
        }
        ascii(number.toString());
    }

    private void object(Map<?, ?> map) {
        open('{');
        boolean first = true;
        for (Map.Entry<?, ?> member : map.entrySet()) {
            if (!(member.getKey() instanceof CharSequence name)) {
                throw new IllegalArgumentException(
                        "Only a string can be the name of a member, and not " + member.getKey() + ".");
            }
            member(first, name.toString(), member.getValue());
            first = false;
        }
        close('}');
    }

    private void object(Record record) {
        open('{');
        boolean first = true;
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            Object value;
            try {
                component.getAccessor().setAccessible(true); // a record may be private
                value = component.getAccessor().invoke(record);
            } catch (ReflectiveOperationException error) {
                throw new IllegalArgumentException(component + " cannot be read.", error);
            }
            member(first, component.getName(), value);
            first = false;
        }
        close('}');
    }

    private void member(boolean first, String name, Object value) {
        if (!first) put(',');
        string(name);
        put(':');
        value(value);
    }

    private void array(Iterable<?> items) {
        open('[');
        boolean first = true;
        for (Object item : items) {
            if (!first) put(',');
            value(item);
            first = false;
        }
        close(']');
    }

    private void array(Object items) {
        open('[');
        for (int i = 0; i < Array.getLength(items); i++) {
            if (i > 0) put(',');
            value(Array.get(items, i));
        }
        close(']');
    }

    private void open(char bracket) {
        if (++depth > DEEPEST) throw new IllegalArgumentException("A value holds itself, or is too deep for JSON.");
        put(bracket);
    }

    private void close(char bracket) {
        depth--;
        put(bracket);
    }

    private void string(String text) {
        put('"');
        int length = text.length();
        for (int i = 0; i < length; ) {
            int end = Math.min(length, i + STEP);
            reserve(6 * (end - i + 1));
            while (i < end) i += character(text, i);
        }
        put('"');
    }

    /** Writes the character there, and says how many chars it was. */
    private int character(String text, int at) {
        char c = text.charAt(at);
        if (c < 0x80) {
            if (c >= ' ' && c != '"' && c != '\\') bytes[size++] = (byte) c;
            else escape(c);
        } else if (c < 0x800) {
            bytes[size++] = (byte) (0xc0 | c >> 6);
            bytes[size++] = (byte) (0x80 | c & 0x3f);
        } else if (!Character.isSurrogate(c)) {
            bytes[size++] = (byte) (0xe0 | c >> 12);
            bytes[size++] = (byte) (0x80 | c >> 6 & 0x3f);
            bytes[size++] = (byte) (0x80 | c & 0x3f);
        } else {
            int point = text.codePointAt(at);
            if (point == c) {
                escape(c); // half of a pair is not UTF-8, but has an escape
            } else {
                bytes[size++] = (byte) (0xf0 | point >> 18);
                bytes[size++] = (byte) (0x80 | point >> 12 & 0x3f);
                bytes[size++] = (byte) (0x80 | point >> 6 & 0x3f);
                bytes[size++] = (byte) (0x80 | point & 0x3f);
                return 2;
            }
        }
        return 1;
    }

    private void escape(char c) {
        bytes[size++] = '\\';
        switch (c) {
            case '"', '\\' -> bytes[size++] = (byte) c;
            case '\n' -> bytes[size++] = 'n';
            case '\r' -> bytes[size++] = 'r';
            case '\t' -> bytes[size++] = 't';
            default -> {
                bytes[size++] = 'u';
                for (int shift = 12; shift >= 0; shift -= 4) bytes[size++] = HEX[c >> shift & 0xf];
            }
        }
    }

    @SuppressWarnings("deprecation") // the low bytes of the chars are just what is wanted
    private void ascii(String text) {
        reserve(text.length());
        text.getBytes(0, text.length(), bytes, size);
        size += text.length();
    }

    private void put(char c) {
        reserve(1);
        bytes[size++] = (byte) c;
    }

    /** Large ones grow by a half: twice the size may be more than there is. */
    private void reserve(int room) {
        if (bytes.length - size >= room) return;
        int grown = bytes.length < 1 << 20 ? bytes.length * 2 : bytes.length + (bytes.length >> 1);
        bytes = Arrays.copyOf(bytes, Math.max(grown, size + room));
    }
}
