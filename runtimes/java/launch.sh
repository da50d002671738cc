#!/bin/sh
# Serves the function in /tmp/code.tar.gz, or the contents of /usr/code.
# Java cannot close a descriptor by its number, but it can close its standard input: so the key moves there.
# shellcheck source-path=SCRIPTDIR source=../base/lib/launch.sh
. /usr/local/lib/open-runtimes/launch.sh
own=/usr/local/lib/open-runtimes/java
serve sh -c 'exec "$@" <&3 3<&-' sh java "@$own/options" "@$own/server.options" Server
