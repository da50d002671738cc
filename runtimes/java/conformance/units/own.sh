#!/bin/sh
# The unit tests of the server and the API: run by the harness in a container of the image. All of it is compiled with
# the lints of javac, of this version too, as ci/lints/java does.
set -eu
find api/src/main/java server tests -name '*.java' >/tmp/sources
javac -Xlint:all,-auxiliaryclass,-options,-processing -XDignore.symbol.file -Werror -encoding UTF-8 -d /tmp/classes \
    server.java @/tmp/sources
exec java -cp /tmp/classes Units
