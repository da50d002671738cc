package server;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.security.CodeSource;
import java.security.PermissionCollection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.openruntimes.Handler;

/**
 * Which function serves which code file.
 *
 * <p>build.sh leaves a file {@code Main.function} beside the source {@code Main.java} of a function: the name of its
 * class, and where its classes are, line by line. Each source has a class loader of its own.
 */
public final class Code {
    /** What functions see besides themselves: the JDK and the API, and nothing of this server. */
    private static final class Api extends ClassLoader {
        Api() {
            super("api", ClassLoader.getPlatformClassLoader());
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            if (name.startsWith("org.openruntimes.")) return Class.forName(name, false, Code.class.getClassLoader());
            throw new ClassNotFoundException(name);
        }
    }

    /** The classes of one function. */
    private static final class Package extends URLClassLoader {
        Package(String source, URL[] urls, ClassLoader parent) {
            super(source, urls, parent);
        }

        /** Nobody asks for permissions any more, and to say what they are would take 8 ms. */
        @Override
        protected PermissionCollection getPermissions(CodeSource source) {
            return null;
        }
    }

    private static final class Place {
        volatile Function function;
    }

    private final ClassLoader api = new Api();
    private final Map<String, Place> places = new ConcurrentHashMap<>();

    Function known(String source) {
        Place place = places.get(source);
        return place == null ? null : place.function;
    }

    /** Loaded once, even if its first requests come together. Failures are forgotten. */
    Function load(String source) throws Refusal {
        String stem = source.endsWith(".java") ? source.substring(0, source.length() - 5) : source;
        File built = new File(stem + ".function");
        if (!new File(source).isFile() || stem.equals(source)) throw notFound();
        if (!built.isFile()) {
            System.err.println(source + " is no function that build.sh has compiled: " + built + " is missing.");
            throw notFound();
        }
        places.putIfAbsent(source, new Place());
        Place place = places.get(source);
        synchronized (place) {
            if (place.function == null) place.function = open(source, built);
            return place.function;
        }
    }

    private Function open(String source, File built) throws Refusal {
        Object object;
        ClassLoader loader;
        try {
            String[] lines = Files.readString(built.toPath()).split("\n");
            URL[] urls = new URL[lines.length - 1];
            for (int i = 0; i < urls.length; i++) {
                urls[i] = new File(normalise(built.getParent() + '/' + lines[i + 1]))
                        .toURI()
                        .toURL();
            }
            loader = new Package(source, urls, api);
            Thread.currentThread().setContextClassLoader(loader);
            object = Class.forName(lines[0], true, loader).getConstructor().newInstance();
        } catch (IOException | ReflectiveOperationException | RuntimeException | Error error) {
            boolean wrapped = error.getCause() != null
                    && (error instanceof ReflectiveOperationException || error instanceof ExceptionInInitializerError);
            Failure failure = Failure.of(wrapped ? error.getCause() : error);
            System.err.print(failure.stack());
            throw new Refusal(Refusal.Kind.LOAD_FAILED, failure.text(), failure.stack());
        }
        if (object instanceof Handler handler) return new Function(handler, loader);
        throw new Refusal(
                Refusal.Kind.LOAD_FAILED,
                source + " exports no handler: write \"public class Main implements Handler { public void"
                        + " handle(Request req, Response res) { … } }\".");
    }

    private static Refusal notFound() {
        return new Refusal(Refusal.Kind.CODE_NOT_FOUND, "Code file not found.");
    }

    /** The one name under which a file is known here. Lexical: no file system is asked, symbolic links are followed. */
    public static String normalise(String path) {
        if (!path.contains("/.") && !path.contains("//")) return path;
        StringBuilder normal = new StringBuilder(path.length());
        for (String part : path.split("/")) {
            if (part.isEmpty() || part.equals(".")) continue;
            if (part.equals("..")) normal.setLength(Math.max(0, normal.lastIndexOf("/")));
            else normal.append('/').append(part);
        }
        return normal.toString();
    }

    /** Whether a relative path never leaves the folder that it starts from. */
    public static boolean staysInside(String file) {
        if (file.startsWith("/") || file.indexOf('\0') >= 0) return false;
        int depth = 0;
        for (String part : file.split("/")) {
            if (part.equals("..")) depth--;
            else if (!part.isEmpty() && !part.equals(".")) depth++;
            if (depth < 0) return false;
        }
        return true;
    }
}
