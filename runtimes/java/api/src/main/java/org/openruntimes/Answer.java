package org.openruntimes;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * What a function answers.
 *
 * @param status 200 to 599
 * @param headers one entry for each line
 * @param body the bytes; a status without a body has none
 */
public record Answer(int status, List<Map.Entry<String, String>> headers, byte[] body) {
    /** The body as text. */
    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    /** The body as a JSON value. */
    public Object json() {
        return Json.parse(body);
    }

    /** The first header of that name in any case, or null. */
    public String header(String name) {
        for (Map.Entry<String, String> header : headers) {
            if (header.getKey().equalsIgnoreCase(name)) return header.getValue();
        }
        return null;
    }
}
