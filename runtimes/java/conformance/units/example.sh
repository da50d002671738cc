#!/bin/sh
# The tests of an example, in its package, with the classes and dependencies that are in it.
set -eu
classpath="target/classes:target/dependency/*:/usr/local/lib/open-runtimes/java/open-runtimes.jar"
javac -encoding UTF-8 -proc:none -cp "$classpath" -d /tmp/tests src/test/java/*.java
exec java -cp "/tmp/tests:$classpath" MainTest
