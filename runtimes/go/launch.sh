#!/bin/sh
# Serves the function in /tmp/code.tar.gz, or what lies in /usr/code.
# shellcheck source-path=SCRIPTDIR source=../base/lib/launch.sh
. /usr/local/lib/open-runtimes/launch.sh
serve /usr/local/src/server
