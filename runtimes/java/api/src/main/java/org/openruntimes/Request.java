package org.openruntimes;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a function is called with: the fields of the body of a request, the function's own to keep or change.
 *
 * @param payload the function's input, any JSON value as {@link Json} has it
 * @param env the function's environment, which never enters that of the process
 * @param headers the headers for the function, names as they were sent
 */
public record Request(Object payload, Map<String, String> env, Map<String, String> headers) {
    /** A request with this payload and nothing else, for a test. */
    public Request(Object payload) {
        this(payload, new LinkedHashMap<>(), new LinkedHashMap<>());
    }

    /** The payload if it is an object; else a failure that says so. */
    @SuppressWarnings("unchecked")
    public Map<String, Object> object() {
        if (payload instanceof Map<?, ?> map) return (Map<String, Object>) map;
        throw new IllegalArgumentException("payload must be an object.");
    }

    /** The first header of that name in any case, as HTTP matches names, or null. */
    public String header(String name) {
        for (Map.Entry<String, String> header : headers.entrySet()) {
            if (header.getKey().equalsIgnoreCase(name)) return header.getValue();
        }
        return null;
    }
}
