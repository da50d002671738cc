package server;

import org.openruntimes.Handler;

/** A handler, the loader of its classes, and whether its calls are brief. */
final class Function {
    private static final long BRIEF = 500_000; // nanoseconds: about what a thread costs
    private static final int SLOW_CALLS = 3;
    private static final long PAUSE = 100_000_000;

    private final Handler handler;
    private final ClassLoader loader;
    // Seen by several threads and not guarded: which of them a call runs on is all that hangs on it.
    private int slow; // calls in a row that were not brief
    private long again;

    Function(Handler handler, ClassLoader loader) {
        this.handler = handler;
        this.loader = loader;
    }

    Handler handler() {
        return handler;
    }

    ClassLoader loader() {
        return loader;
    }

    /** On a busy machine any call may take longer once, so what was put aside is given another chance now and then. */
    boolean isBrief() {
        return slow < SLOW_CALLS || System.nanoTime() - again >= 0;
    }

    void took(long time) {
        if (time < BRIEF) {
            slow = 0;
        } else {
            slow++;
            again = System.nanoTime() + PAUSE;
        }
    }
}
