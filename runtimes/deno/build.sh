#!/bin/sh
# Turns a folder of TypeScript or JavaScript into a package: build.sh [source [package]].
# shellcheck source-path=SCRIPTDIR source=../base/lib/build.sh
. /usr/local/lib/open-runtimes/build.sh

run_deno() {
    DENO_DIR=$work/deno DENO_EMIT_CACHE_MODE=normal DENO_TLS_CA_STORE=${DENO_TLS_CA_STORE:-system} NO_COLOR=1 deno "$@"
}

# Into node_modules inside the package: the server finds a module's dependencies by the folder that it is in.
# If a manifest names nothing to install, this needs no network. One stream keeps what is said in order.
install_dependencies() {
    frozen=
    [ ! -e deno.lock ] || frozen=--frozen
    run_deno install --node-modules-dir=auto $frozen "$@" 2>&1 || fail "the dependencies could not be installed, see above."
    outside=$(find node_modules -maxdepth 2 -xtype l -not -path '*/.bin/*' -print -quit 2>/dev/null) || true
    [ -z "$outside" ] || fail "$outside leads nowhere: a linked package must lie inside the function's folder."
}

# Files that name a version themselves, as in import ms from "npm:ms@2.1.3".
list_inline() {
    find . -name node_modules -prune -o -type f -regex '.*\.[cm]?[jt]sx?' -exec grep -lE "[\"']npm:" {} +
}

stage node_modules
if [ -e deno.json ] || [ -e deno.jsonc ] || [ -e package.json ]; then install_dependencies; fi

if list_inline >"$work/inline"; then
    set --
    while IFS= read -r file; do set -- "$@" "$file"; done <"$work/inline"
    install_dependencies --entrypoint "$@"
fi

# It may hold the token of a private registry, and only the installation reads it.
rm -f .npmrc
pack
