package server;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/** The threads: the one that runs the loop, and those that run the calls that it does not run itself. */
final class Threads {
    /** Leaves the loop, in the thread that ran it. Unchecked, and no Exception: it passes through all in between. */
    static final class Displaced extends Error {
        private static final long serialVersionUID = 1;

        Displaced() {
            super(null, null, false, false);
        }
    }

    private static final Displaced DISPLACED = new Displaced();
    private static final int CALLS = 64; // at once; with the loop, the watcher and the JVM's own, under 128 threads
    private static final long TICK = 2_000_000; // nanoseconds
    private static final int RESTING = 50; // ticks without a call after which the watcher waits to be woken

    private final Loop loop;
    private final ThreadPoolExecutor pool;
    private final Watcher watcher = new Watcher();
    private final AtomicReference<Call> inside = new AtomicReference<>(); // the call on the loop's own thread
    private volatile boolean resting;
    int held; // calls that have a thread, or wait for one

    Threads(Loop loop) {
        this.loop = loop;
        pool = new ThreadPoolExecutor(CALLS + 1, CALLS + 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
        pool.allowCoreThreadTimeOut(true);
    }

    void start() {
        watcher.start();
        pool.execute(loop);
    }

    /** Runs a call here, or else elsewhere and posts what is left to do. Whether it is done. */
    boolean perform(Call call, Runnable rest) {
        held++;
        if (held > CALLS || !call.isBrief()) {
            pool.execute(new Runnable() {
                @Override
                public void run() {
                    call.run();
                    loop.post(rest);
                }
            });
            return false;
        }
        inside.set(call);
        if (resting) LockSupport.unpark(watcher);
        call.run();
        if (inside.compareAndSet(call, null)) {
            held--;
            return true;
        }
        loop.post(rest);
        throw DISPLACED;
    }

    private final class Watcher extends Thread {
        Watcher() {
            super("watcher");
            setDaemon(true);
        }

        @Override
        public void run() {
            watch();
        }
    }

    private void watch() {
        Call seen = null;
        int idle = 0;
        while (true) {
            LockSupport.parkNanos(TICK);
            Call call = inside.get();
            if (call == null) {
                seen = null;
                if (++idle <= RESTING) continue;
                resting = true;
                if (inside.get() == null) LockSupport.park();
                resting = false;
                idle = 0;
            } else if (call != seen) {
                seen = call;
                idle = 0;
            } else if (inside.compareAndSet(call, null)) {
                replace();
            }
        }
    }

    /** The loop must go on, even if the container has no thread left for the moment. */
    private void replace() {
        while (true) {
            try {
                pool.execute(loop);
                return;
            } catch (Throwable error) {
                Loop.report(error);
                LockSupport.parkNanos(50 * TICK);
            }
        }
    }
}
