#!/bin/sh
# Serves the function in /tmp/code.tar.gz, or the contents of /usr/code.
# shellcheck source-path=SCRIPTDIR source=../base/lib/launch.sh
. /usr/local/lib/open-runtimes/launch.sh

# The function's own bunfig.toml is not read: what it preloads would run before the key is out of sight. Nor is
# .env read, and nothing is installed on the way: a function is what its package holds.
serve bun --config=/dev/null --no-env-file --no-install /usr/local/src/server.js
