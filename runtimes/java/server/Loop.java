package server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The event loop: all connections, and the calls that come of them.
 *
 * <p>Handing each call to a thread of its own would cost more than most calls do. So a function that has been brief
 * runs right here, on the thread that read its request. If such a call turns out to be slow, the watcher
 * notices and lets another thread go on with the loop: the one that is held up finishes its call and is then a thread
 * of the pool like any other. So all that is here belongs to the thread that runs the loop, whichever it is.
 *
 * <p>Nothing before the first answer uses a lambda: Java 21 takes milliseconds for the first one.
 */
public final class Loop implements Runnable {
    /** What the loop asks of the server. */
    public interface Server extends Reader.Door {
        void receive(Connection connection);

        void stopped();
    }

    private static final long SECOND = 1_000_000_000;
    private static final long GRACE = 3 * SECOND; // that half a request has to become whole once the loop stops

    final Server server;
    final ByteBuffer in = ByteBuffer.allocateDirect(65_536);
    final ByteBuffer out = ByteBuffer.allocateDirect(65_536);
    final Date date = new Date();
    boolean stopping;
    long now = System.nanoTime();

    private final Selector selector;
    private final ServerSocketChannel listener;
    private final Threads threads = new Threads(this);
    private final Queue<Runnable> posted = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean woken = new AtomicBoolean();
    private long swept = now;
    private int open; // connections
    private int running; // calls

    public Loop(Server server) throws IOException {
        this.server = server;
        selector = Selector.open();
        listener = ServerSocketChannel.open();
    }

    /** The port is opened last. */
    public void start(int port) throws IOException {
        listener.configureBlocking(false);
        listener.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        listener.register(selector, SelectionKey.OP_ACCEPT);
        listener.bind(new InetSocketAddress("0.0.0.0", port), 1024);
        threads.start();
    }

    @Override
    public void run() {
        try {
            while (true) turn();
        } catch (Threads.Displaced displaced) {
            // Another thread runs the loop by now.
        }
    }

    private void turn() throws Threads.Displaced {
        Thread.interrupted(); // a function may have left that behind, and it would close what is read next
        try {
            if (!selector.selectedKeys().isEmpty()) selector.selectNow(); // the rest of a turn that was given up
            else if (open > 0) selector.select(1000);
            else selector.select();
        } catch (IOException error) {
            report(error);
        }
        now = System.nanoTime();
        if (woken.getAndSet(false)) runPosted();
        Iterator<SelectionKey> keys = selector.selectedKeys().iterator();
        while (keys.hasNext()) {
            SelectionKey key = keys.next();
            keys.remove();
            handOn(key);
        }
        if (now - swept >= SECOND) sweep();
        exitWhenDone();
    }

    /** A fault of this server's own costs one client its connection, and not all of them. */
    private void handOn(SelectionKey key) throws Threads.Displaced {
        try {
            if (key.attachment() instanceof Connection connection) connection.onEvent();
            else accept();
        } catch (Threads.Displaced displaced) {
            throw displaced;
        } catch (Throwable error) {
            report(error);
            if (key.attachment() instanceof Connection connection) connection.close();
        }
    }

    private void accept() throws IOException, InterruptedException {
        while (!stopping) {
            SocketChannel client;
            try {
                client = listener.accept();
            } catch (IOException error) {
                // No descriptors left, most likely. Clients in the queue are accepted when there are some again.
                System.err.println("A connection could not be accepted: " + error.getMessage() + ".");
                Thread.sleep(10);
                return;
            }
            if (client == null) return;
            client.configureBlocking(false);
            client.setOption(StandardSocketOptions.TCP_NODELAY, true);
            SelectionKey key = client.register(selector, SelectionKey.OP_READ);
            key.attach(new Connection(client, key, this));
            open++;
        }
    }

    void forget(SelectionKey key) {
        key.cancel();
        open--;
    }

    private void sweep() {
        swept = now;
        for (Connection connection : connections()) connection.sweep();
    }

    private Iterable<Connection> connections() {
        ArrayList<Connection> all = new ArrayList<>();
        for (SelectionKey key : selector.keys()) {
            if (key.attachment() instanceof Connection connection) all.add(connection);
        }
        return all;
    }

    /** From any thread. */
    public void stop() {
        post(new Runnable() {
            @Override
            public void run() {
                stopNow();
            }
        });
    }

    /** Nothing new is let in, and what runs is answered. */
    private void stopNow() {
        if (stopping) return;
        stopping = true;
        try {
            listener.close();
        } catch (IOException error) {
            report(error);
        }
        for (Connection connection : connections()) connection.stop(now + GRACE);
    }

    /** A function whose client went away has no connection any more, and still runs to its end. */
    private void exitWhenDone() {
        if (stopping && running == 0 && open == 0) server.stopped();
    }

    /** Has the loop do something: the one method for other threads. */
    void post(Runnable work) {
        posted.add(work);
        if (!woken.getAndSet(true)) selector.wakeup();
    }

    private void runPosted() throws Threads.Displaced {
        for (Runnable work = posted.poll(); work != null; work = posted.poll()) {
            try {
                work.run();
            } catch (Threads.Displaced displaced) {
                if (!posted.isEmpty() && !woken.getAndSet(true)) selector.wakeup();
                throw displaced;
            } catch (Throwable error) {
                report(error);
            }
        }
    }

    /** Runs a call, and then has its answer sent. */
    public void perform(Connection connection, Call call) {
        running++;
        boolean done = threads.perform(call, new Runnable() {
            @Override
            public void run() {
                performed(connection, call);
            }
        });
        if (done) finish(connection, call);
    }

    private void performed(Connection connection, Call call) {
        threads.held--;
        finish(connection, call);
        connection.advance();
    }

    private void finish(Connection connection, Call call) {
        running--;
        connection.reply(call.answer());
    }

    static void report(Throwable error) {
        System.err.print(Failure.of(error).stack());
    }
}
