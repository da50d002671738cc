import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/** The bare server: what Java, a selector and an HTTP reader of a few lines cost by themselves. */
final class Bare {
    private static final ByteBuffer IN = ByteBuffer.allocateDirect(65_536);
    private static final ByteBuffer OUT = ByteBuffer.allocateDirect(65_536);

    private static final String[] DAYS = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    private static final String[] MONTHS = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
    };

    private static long second;
    private static String date;

    private Bare() {}

    public static void main(String[] arguments) throws IOException {
        Selector selector = Selector.open();
        ServerSocketChannel listener = ServerSocketChannel.open();
        listener.configureBlocking(false);
        listener.register(selector, SelectionKey.OP_ACCEPT);
        listener.bind(new InetSocketAddress("0.0.0.0", 3000), 1024);
        while (true) {
            selector.select();
            Iterator<SelectionKey> keys = selector.selectedKeys().iterator();
            while (keys.hasNext()) {
                SelectionKey key = keys.next();
                keys.remove();
                if (key.channel() == listener) accept(selector, listener);
                else serve((SocketChannel) key.channel());
            }
        }
    }

    private static void accept(Selector selector, ServerSocketChannel listener) throws IOException {
        SocketChannel client = listener.accept();
        client.configureBlocking(false);
        client.setOption(StandardSocketOptions.TCP_NODELAY, true);
        client.register(selector, SelectionKey.OP_READ);
    }

    private static void serve(SocketChannel client) throws IOException {
        try {
            int count = client.read(IN.clear());
            if (count < 0) client.close();
            else answer(client, count);
        } catch (IOException error) {
            client.close();
        }
    }

    /** A request comes in one piece, as its clients send it. The head's fields are collected, as HTTP libraries do. */
    private static void answer(SocketChannel client, int count) throws IOException {
        byte[] bytes = new byte[count];
        IN.flip().get(bytes);
        Map<String, String> fields = new HashMap<>();
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        int line = text.indexOf("\r\n") + 2;
        while (!text.startsWith("\r\n", line)) {
            int colon = text.indexOf(':', line);
            int end = text.indexOf("\r\n", colon);
            fields.put(
                    text.substring(line, colon).toLowerCase(),
                    text.substring(colon + 1, end).trim());
            line = end + 2;
        }
        String answer =
                "HTTP/1.1 200 OK\r\nDate: " + date() + "\r\nContent-Type: text/plain\r\nContent-Length: 1\r\n\r\n*";
        client.write(
                OUT.clear().put(answer.getBytes(StandardCharsets.ISO_8859_1)).flip());
    }

    /** By hand, as the server makes it: java.time takes longer to load than all the rest. */
    private static String date() {
        long now = System.currentTimeMillis() / 1000;
        if (now == second) return date;
        second = now;
        long day = now / 86_400 + 719_468;
        long ofEra = day % 146_097;
        long yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365;
        long ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        int month = (int) (5 * ofYear + 2) / 153;
        long year = day / 146_097 * 400 + yearOfEra + (month < 10 ? 0 : 1);
        date = DAYS[(int) (now / 86_400 % 7)] + ", " + two(ofYear - (153 * month + 2) / 5 + 1) + ' '
                + MONTHS[(month + 2) % 12] + ' ' + year + ' ' + two(now / 3600 % 24) + ':' + two(now / 60 % 60) + ':'
                + two(now % 60) + " GMT";
        return date;
    }

    private static String two(long number) {
        return number < 10 ? "0" + number : String.valueOf(number);
    }
}
