package org.openruntimes;

/**
 * A function. A public class of this kind, with a public constructor that takes nothing, is called by the name of
 * its source file. One object of it is made, and kept; calls may run at the same time.
 *
 * <pre>{@code
 * public class Main implements Handler {
 *     public void handle(Request req, Response res) {
 *         res.send("Hello, " + req.object().get("name"));
 *     }
 * }
 * }</pre>
 */
@FunctionalInterface
public interface Handler {
    /** Answers one request. It has its thread to itself and may block; what it throws is a failure. */
    void handle(Request req, Response res) throws Exception;
}
