package server;

import org.openruntimes.Answer;
import org.openruntimes.Request;
import org.openruntimes.Response;

/** One call of a function, run to its end. The first outcome is the answer; later ones go to stderr. */
public final class Call implements Response.Outcome {
    private final Code code;
    private final String source;
    private Function function;
    private Request request;
    private Answer first;

    public Call(Code code, String source, Request request) {
        this.code = code;
        this.source = source;
        this.request = request;
        function = code.known(source);
    }

    boolean isBrief() {
        return function == null || function.isBrief();
    }

    /** On a thread that may be held up. */
    void run() {
        Thread thread = Thread.currentThread();
        try {
            if (function == null) function = code.load(source);
            thread.setContextClassLoader(function.loader());
            Request own = request;
            request = null; // it may be large, and the function alone decides how long it is kept
            long begun = System.nanoTime();
            function.handler().handle(own, new Response(this));
            function.took(System.nanoTime() - begun);
        } catch (Refusal refusal) {
            settle(refusal.answer);
        } catch (Throwable thrown) { // Errors too: one call must not end the others
            Failure failure = Failure.of(thrown);
            System.err.print(failure.stack());
            settle(Refusal.answer(Refusal.Kind.FUNCTION_ERROR, failure.message(), failure.stack()));
        }
        thread.setContextClassLoader(null);
    }

    @Override
    public void answered(Answer answer) {
        settle(answer);
    }

    @Override
    public void refused(Throwable reason) {
        Loop.report(reason);
        settle(Refusal.answer(Refusal.Kind.INVALID_RESPONSE, "The function's answer is not valid.", null));
    }

    private synchronized void settle(Answer answer) {
        if (first == null) first = answer;
        else System.err.println("The function had already answered or failed: only the first outcome counts.");
    }

    /** Once the handler has finished. */
    synchronized Answer answer() {
        if (first == null) settle(Refusal.answer(Refusal.Kind.NO_RESPONSE, "The function did not answer.", null));
        return first;
    }
}
