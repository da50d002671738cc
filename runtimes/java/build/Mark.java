import java.io.IOException;
import java.lang.reflect.Modifier;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.openruntimes.Handler;

/**
 * Marks the functions of what build.sh has compiled: {@code Mark <classes> <dependencies> <sources>}. A source whose
 * class is a handler gets a file beside it that tells the server what to open.
 */
final class Mark {
    private final Path classes;
    private final Path sources;
    private final List<Path> places = new ArrayList<>();
    private int marked;

    private Mark(Path classes, Path dependencies, Path sources) throws IOException {
        this.classes = classes;
        this.sources = sources;
        places.add(classes);
        if (Files.isDirectory(dependencies)) places.addAll(filesIn(dependencies, ".jar"));
    }

    public static void main(String[] arguments) throws IOException {
        Mark mark = new Mark(Path.of(arguments[0]), Path.of(arguments[1]), Path.of(arguments[2]));
        mark.run();
        if (mark.marked > 0) return;
        System.err.println("No public class under " + mark.sources + " is a function. Write in Main.java there: "
                + "public class Main implements Handler { public void handle(Request req, Response res) { … } }");
        System.exit(1);
    }

    private void run() throws IOException {
        URL[] urls = new URL[places.size()];
        for (int i = 0; i < urls.length; i++) urls[i] = places.get(i).toUri().toURL();
        try (URLClassLoader loader = new URLClassLoader(urls, Mark.class.getClassLoader())) {
            for (Path source : filesIn(sources, ".java")) {
                String name = sources.relativize(source).toString();
                look(loader, source, name.substring(0, name.length() - ".java".length()));
            }
        }
    }

    /** A class is in the folder of its package; a source need not be, and is not a function then. */
    private void look(ClassLoader loader, Path source, String name) throws IOException {
        if (!Files.isRegularFile(classes.resolve(name + ".class"))) return;
        Class<?> type;
        try {
            type = Class.forName(name.replace('/', '.'), false, loader);
        } catch (ClassNotFoundException | LinkageError error) {
            return; // it depends on what is not there, and nobody may ever need it
        }
        if (!Handler.class.isAssignableFrom(type) || type.isInterface() || Modifier.isAbstract(type.getModifiers()))
            return;
        try {
            type.getConstructor();
            if (!Modifier.isPublic(type.getModifiers())) throw new NoSuchMethodException();
        } catch (NoSuchMethodException error) {
            System.err.println(
                    source + " is a Handler and yet no function: it must be public, with a public constructor "
                            + "that takes nothing.");
            return;
        }
        List<String> lines = new ArrayList<>();
        lines.add(type.getName());
        for (Path place : places) lines.add(source.getParent().relativize(place).toString());
        String file = source.getFileName().toString();
        Files.write(source.resolveSibling(file.substring(0, file.length() - ".java".length()) + ".function"), lines);
        marked++;
    }

    private static List<Path> filesIn(Path folder, String ending) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(ending))
                    .sorted()
                    .toList();
        }
    }
}
