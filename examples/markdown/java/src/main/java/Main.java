import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Image;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;
import org.openruntimes.Handler;
import org.openruntimes.Request;
import org.openruntimes.Response;

/** Renders Markdown to HTML that is safe to show: what is HTML in the source is shown as text. */
public class Main implements Handler {
    private static final Set<String> HARMLESS = Set.of("http", "https", "mailto", "tel");

    private final Parser parser = Parser.builder().build();
    private final HtmlRenderer renderer =
            HtmlRenderer.builder().escapeHtml(true).build();

    @Override
    public void handle(Request req, Response res) {
        if (req.payload() instanceof Map<?, ?> payload && payload.get("markdown") instanceof String source) {
            res.send(render(source), 200, Map.of("Content-Type", "text/html; charset=utf-8"));
        } else {
            res.json(Map.of("error", "payload.markdown must be a string"), 400);
        }
    }

    private String render(String source) {
        Node document = parser.parse(source);
        document.accept(new AbstractVisitor() {
            @Override
            public void visit(Link link) {
                visitChildren(link);
                if (!isHarmless(link.getDestination())) unwrap(link);
            }

            @Override
            public void visit(Image image) {
                visitChildren(image);
                if (!isHarmless(image.getDestination())) unwrap(image);
            }
        });
        return renderer.render(document);
    }

    /** A list of what is allowed: browsers read more spellings of {@code javascript:} than a list of what is not. */
    private static boolean isHarmless(String url) {
        String start = url.split("[/?#]", 2)[0];
        int colon = start.indexOf(':');
        return colon < 0 || HARMLESS.contains(start.substring(0, colon).toLowerCase(Locale.ROOT));
    }

    /** What was to be a link is the text that it had. */
    private static void unwrap(Node node) {
        while (node.getFirstChild() != null) node.insertBefore(node.getFirstChild());
        node.unlink();
    }
}
