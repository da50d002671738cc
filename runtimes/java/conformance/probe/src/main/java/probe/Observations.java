package probe;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.apache.commons.codec.binary.Hex;

/** What the probe sees of the container, prints into it, and starts in it. */
final class Observations {
    private Observations() {}

    static void take(Step step, Call call) throws Exception {
        Map<String, Object> notes = call.notes();
        switch (step.name()) {
            case "print" ->
                (step.text("to", "stdout").equals("stderr") ? System.err : System.out).println(step.text("text"));
            case "environ" -> {
                notes.put("variables", System.getenv());
                notes.put("processes", environments());
            }
            case "meet" -> meet(Path.of(step.text("folder")), step.text("name"), step.integer("until"));
            case "list" -> notes.put("names", names(Path.of(step.text("folder"))));
            case "kill" -> run("kill -KILL " + ProcessHandle.current().pid());
            case "orphans" -> {
                for (int i = 0; i < step.integer("times"); i++) run("sleep 0.05 &");
            }
            case "dependency" -> {
                if (!Hex.encodeHexString(new byte[] {1, -1}).equals("01ff")) {
                    throw new IllegalStateException("the dependency does not do what it is for");
                }
                notes.put("name", "commons-codec");
                notes.put("version", Hex.class.getPackage().getImplementationVersion());
            }
            default -> throw new IllegalArgumentException("the probe has no step '" + step.name() + "'");
        }
    }

    private static String[] names(Path folder) {
        String[] names = folder.toFile().list();
        if (names == null) return new String[0];
        Arrays.sort(names);
        return names;
    }

    /** Of each process that this one may look at. */
    private static Map<String, String> environments() {
        Map<String, String> environments = new HashMap<>();
        for (File process : new File("/proc").listFiles()) {
            if (!Character.isDigit(process.getName().charAt(0))) continue;
            try {
                byte[] environment = Files.readAllBytes(process.toPath().resolve("environ"));
                environments.put(
                        process.getName(), new String(environment, StandardCharsets.UTF_8).replace('\0', '\n'));
            } catch (IOException error) {
                // Of another user, or gone by now.
            }
        }
        return environments;
    }

    private static void meet(Path folder, String name, int until) throws Exception {
        Files.createDirectories(folder);
        Files.createFile(folder.resolve(name));
        while (Arrays.stream(names(folder))
                        .filter(other -> !other.endsWith(".done"))
                        .count()
                < until) Thread.sleep(5);
        Files.createFile(folder.resolve(name + ".done"));
    }

    private static void run(String command) throws Exception {
        new ProcessBuilder("sh", "-c", command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }
}
