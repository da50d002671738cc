#!/bin/sh
# Turns a folder of TypeScript or JavaScript into a package: build.sh [source [package]].
# shellcheck source-path=SCRIPTDIR source=../base/lib/build.sh
. /usr/local/lib/open-runtimes/build.sh

run_bun() {
    BUN_INSTALL_CACHE_DIR=$work/bun BUN_RUNTIME_TRANSPILER_CACHE_PATH=0 \
        NODE_EXTRA_CA_CERTS=${NODE_EXTRA_CA_CERTS:-/etc/ssl/certs/ca-certificates.crt} bun "$@"
}

# If Bun has nothing to install it is not called, and the build needs no network.
needs_install() {
    run_bun --config=/dev/null --no-env-file --eval '
        const { dependencies, optionalDependencies, workspaces } = await Bun.file(process.argv[1]).json();
        const wanted = { ...dependencies, ...optionalDependencies, ...workspaces };
        process.exitCode = Object.keys(wanted).length > 0 ? 0 : 3;
    ' "$source/package.json"
}

# What is needed only to develop (devDependencies) is left out.
install_dependencies() {
    frozen=
    if [ -e bun.lock ] || [ -e bun.lockb ]; then frozen=--frozen-lockfile; fi
    run_bun install --production --no-progress $frozen 2>&1 || fail "the dependencies could not be installed, see above."
    outside=$(find node_modules -maxdepth 2 -xtype l -not -path '*/.bin/*' -print -quit 2>/dev/null) || true
    [ -z "$outside" ] || fail "$outside leads nowhere: a file: dependency must lie inside the function's folder."
}

installs=no
if [ -e "$source/package.json" ]; then
    needs_install && installs=yes || [ $? -eq 3 ] || fail "$source/package.json is no JSON object that Bun could read."
fi
if [ $installs = yes ]; then
    stage node_modules
    install_dependencies
else
    stage
fi

# It may hold the token of a private registry, and only the installation reads it.
rm -f .npmrc
pack
