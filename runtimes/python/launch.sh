#!/bin/sh
# Serves the function in /tmp/code.tar.gz, or the contents of /usr/code.
# -I, -S: Python looks for modules in its own library and where the server tells it, nowhere else.
# -B: a function's folder is not littered with byte code.
# shellcheck source-path=SCRIPTDIR source=../base/lib/launch.sh
. /usr/local/lib/open-runtimes/launch.sh
serve python3 -I -S -B /usr/local/src/server.pyc
