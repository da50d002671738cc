package server;

import java.io.PrintWriter;
import java.io.StringWriter;

/**
 * What there is to say about something thrown, which may itself fail when asked.
 *
 * @param text its kind and message, the first line
 * @param message the first line of its message, or else its kind
 * @param stack the whole
 */
public record Failure(String text, String message, String stack) {
    public static Failure of(Throwable thrown) {
        String name = thrown.getClass().getName();
        try {
            String message = thrown.getMessage();
            StringWriter stack = new StringWriter();
            thrown.printStackTrace(new PrintWriter(stack));
            String text = firstLine(thrown.toString());
            return new Failure(
                    text, message == null || message.isEmpty() ? name : firstLine(message), stack.toString());
        } catch (Throwable again) {
            return new Failure(name, name, name + ", which cannot be shown.\n");
        }
    }

    private static String firstLine(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '\n' || text.charAt(i) == '\r') return text.substring(0, i);
        }
        return text;
    }
}
