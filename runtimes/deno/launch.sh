#!/bin/sh
# Serves the function in /tmp/code.tar.gz, or the contents of /usr/code.
# shellcheck source-path=SCRIPTDIR source=../base/lib/launch.sh
. /usr/local/lib/open-runtimes/launch.sh

# The README says what each permission is for. Modules come from the package alone: nothing is fetched,
# and no configuration is looked for, because a request may name any folder and it would apply to all.
serve deno run --no-prompt --allow-read --allow-write=/usr/code,/tmp --allow-net --allow-env --allow-sys --allow-run \
    --no-config --no-lock --no-remote --cached-only --node-modules-dir=manual --no-code-cache /usr/local/src/server.js
