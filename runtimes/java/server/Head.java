package server;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The head of a request, as far as this server needs it. Strict: what two readers could take two ways is refused. */
public final class Head {
    private final byte[] bytes;
    public String method;
    boolean isOld; // HTTP/1.0
    byte[] challenge;
    int challenges;
    private String host;
    private int hosts;
    long length = -1;
    boolean isChunked;
    boolean expects;
    private boolean closes;

    /** The bytes from {@code from} up to the empty line, that one excluded. */
    Head(byte[] bytes, int from, int to) throws Refusal {
        this.bytes = bytes;
        int end = lineEnd(from, to);
        requestLine(from, end);
        while (end < to) {
            int start = end + 2;
            end = lineEnd(start, to);
            field(start, end);
        }
        if (isChunked && (length >= 0 || isOld)) throw Refusal.plain(400);
    }

    /** The key as it was sent, if it was sent once; else null. */
    public byte[] challenge() {
        return challenges == 1 ? challenge : null;
    }

    /** Whether there is one host, and one that can be. */
    public boolean hasSoundHost() {
        if (hosts == 0) return isOld;
        return hosts == 1 && isHost(host);
    }

    /** One name, or one address in brackets, with or without a port. */
    private static boolean isHost(String host) {
        int at = 0;
        if (host.startsWith("[")) {
            at = host.indexOf(']') + 1;
            if (at < 3) return false;
            for (int i = 1; i < at - 1; i++) {
                if (Character.digit(host.charAt(i), 16) < 0 && ".:".indexOf(host.charAt(i)) < 0) return false;
            }
        } else {
            while (at < host.length() && isOfName(host.charAt(at))) at++;
        }
        if (at < host.length() && host.charAt(at) == ':') {
            at++;
            while (at < host.length() && host.charAt(at) >= '0' && host.charAt(at) <= '9') at++;
        }
        return at == host.length();
    }

    private static boolean isOfName(char c) {
        return isLetterOrDigit(c) || "-._~!$&'()*+,;=%".indexOf(c) >= 0;
    }

    boolean isLast() {
        return closes || isOld;
    }

    private int lineEnd(int from, int to) throws Refusal {
        for (int i = from; i < to; i++) {
            if (bytes[i] == '\n') throw Refusal.plain(400);
            if (bytes[i] == '\r') {
                if (i + 1 < to && bytes[i + 1] == '\n') return i;
                throw Refusal.plain(400);
            }
        }
        return to;
    }

    private void requestLine(int from, int to) throws Refusal {
        int first = from;
        while (first < to && isToken(bytes[first])) first++;
        int second = first + 1;
        while (second < to && (bytes[second] < 0 || bytes[second] > ' ' && bytes[second] != 0x7f)) second++;
        String version = second < to ? text(second, to) : "";
        isOld = version.equals(" HTTP/1.0");
        boolean valid = first > from && first < to && bytes[first] == ' ' && second > first + 1;
        if (!valid || !isOld && !version.equals(" HTTP/1.1")) throw Refusal.plain(400);
        method = text(from, first);
    }

    private void field(int from, int to) throws Refusal {
        int colon = colon(bytes, from, to);
        int start = colon + 1;
        int end = to;
        while (start < end && isBlank(bytes[start])) start++;
        while (end > start && isBlank(bytes[end - 1])) end--;
        known(from, colon, start, end);
    }

    /** The position of the colon of a well-formed field, in a head or behind a chunked body. */
    static int colon(byte[] bytes, int from, int to) throws Refusal {
        int colon = from;
        while (colon < to && isToken(bytes[colon])) colon++;
        if (colon == from || colon == to || bytes[colon] != ':' || !isText(bytes, colon + 1, to))
            throw Refusal.plain(400);
        return colon;
    }

    /** Whether no control character but a tab is in there. */
    static boolean isText(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] >= 0 && bytes[i] < ' ' && bytes[i] != '\t' || bytes[i] == 0x7f) return false;
        }
        return true;
    }

    /** By length first: most fields are none of these. */
    private void known(int from, int colon, int start, int end) throws Refusal {
        switch (colon - from) {
            case 4 -> {
                if (is(from, colon, "host")) {
                    hosts++;
                    host = text(start, end);
                }
            }
            case 6 -> {
                if (is(from, colon, "expect")) expects |= is(start, end, "100-continue");
            }
            case 10 -> {
                if (is(from, colon, "connection")) closes |= holds(start, end, "close");
            }
            case 14 -> {
                if (is(from, colon, "content-length")) length(start, end);
            }
            case 17 -> {
                if (is(from, colon, "transfer-encoding")) {
                    if (isChunked || !is(start, end, "chunked")) throw Refusal.plain(400);
                    isChunked = true;
                }
            }
            case 20 -> {
                if (is(from, colon, "x-internal-challenge")) {
                    challenges++;
                    challenge = Arrays.copyOfRange(bytes, start, end);
                }
            }
            default -> {}
        }
    }

    private void length(int from, int to) throws Refusal {
        long value = 0;
        if (from == to || to - from > 18) throw Refusal.plain(400);
        for (int i = from; i < to; i++) {
            if (bytes[i] < '0' || bytes[i] > '9') throw Refusal.plain(400);
            value = value * 10 + bytes[i] - '0';
        }
        if (length >= 0 && length != value) throw Refusal.plain(400);
        length = value;
    }

    /** Whether the bytes are that lower-case word, in any case. */
    private boolean is(int from, int to, String word) {
        if (to - from != word.length()) return false;
        for (int i = 0; i < word.length(); i++) {
            byte b = bytes[from + i];
            if ((b >= 'A' && b <= 'Z' ? b + 32 : b) != word.charAt(i)) return false;
        }
        return true;
    }

    /** Whether a list has that word. */
    private boolean holds(int from, int to, String word) {
        int start = from;
        for (int i = from; i <= to; i++) {
            if (i < to && bytes[i] != ',') continue;
            int end = i;
            while (start < end && isBlank(bytes[start])) start++;
            while (end > start && isBlank(bytes[end - 1])) end--;
            if (is(start, end, word)) return true;
            start = i + 1;
        }
        return false;
    }

    private String text(int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\t';
    }

    static boolean isToken(byte b) {
        return isLetterOrDigit((char) (b & 0xff)) || b > ' ' && "!#$%&'*+-.^_`|~".indexOf(b) >= 0;
    }

    private static boolean isLetterOrDigit(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
    }
}
