package probe;

import java.util.Map;

/** One step of a payload: a flat object. */
record Step(Map<String, Object> members) {
    @SuppressWarnings("unchecked")
    static Step of(Object value) {
        if (value instanceof Map<?, ?> members) return new Step((Map<String, Object>) members);
        throw new IllegalArgumentException("a step is an object, and not " + value);
    }

    String name() {
        return text("do");
    }

    String text(String name) {
        if (members.get(name) instanceof String text) return text;
        throw new IllegalArgumentException("the step needs a text '" + name + "'");
    }

    String text(String name, String fallback) {
        return members.containsKey(name) ? text(name) : fallback;
    }

    /** A number without a fraction, written as 50 or as 50.0. */
    int integer(String name) {
        Object value = members.get(name);
        if (value instanceof Double number && number == Math.rint(number)) return Math.toIntExact(number.longValue());
        if (value instanceof Long number) return Math.toIntExact(number);
        throw new ClassCastException(name + " is an int, and not " + value);
    }

    int integer(String name, int fallback) {
        return members.containsKey(name) ? integer(name) : fallback;
    }

    /** The type of a status is int, so what is none never comes as far as the response. */
    int status() {
        return integer("status", 200);
    }

    @SuppressWarnings("unchecked")
    Map<String, ?> headers() {
        return members.get("headers") instanceof Map<?, ?> headers ? (Map<String, ?>) headers : Map.of();
    }
}
