#!/bin/sh
# Turns a folder of JavaScript or TypeScript into a package: build.sh [source [package]].
# shellcheck source-path=SCRIPTDIR source=../base/lib/build.sh
. /usr/local/lib/open-runtimes/build.sh

# If npm has nothing to install it is not called at all, and the build needs no network.
needs_npm() {
    [ -e "$source/package-lock.json" ] || [ -e "$source/npm-shrinkwrap.json" ] || node --eval '
        const { dependencies, devDependencies, optionalDependencies, workspaces } =
            JSON.parse(fs.readFileSync(process.argv[1], "utf8"));
        const wanted = { ...dependencies, ...devDependencies, ...optionalDependencies, ...workspaces };
        process.exitCode = Object.keys(wanted).length > 0 ? 0 : 3;
    ' "$source/package.json"
}

is_typescript() {
    [ -n "$(find . -name node_modules -prune -o -type f -name '*.[cm]ts' ! -name '*.d.[cm]ts' -print \
        -o -type f -name '*.ts' ! -name '*.d.ts' -print -quit)" ]
}

run_npm() {
    NODE_EXTRA_CA_CERTS=${NODE_EXTRA_CA_CERTS:-/etc/ssl/certs/ca-certificates.crt} \
        npm "$@" --cache="$work/npm" --logs-max=0 --no-audit --no-fund --no-update-notifier
}

# What is needed only to compile (devDependencies) is installed only to compile.
install_dependencies() {
    if [ -e package-lock.json ] || [ -e npm-shrinkwrap.json ]; then
        run_npm ci "$@"
    else
        run_npm install "$@"
    fi
    outside=$(find node_modules -maxdepth 2 -xtype l -not -path '*/.bin/*' -print -quit)
    [ -z "$outside" ] || fail "$outside leads nowhere: a file: dependency must lie inside the function's folder."
}

# The project's own compiler and settings go first. Whatever they say, the output is beside the source:
# a request names the source, and the server opens the output. The types of this image's Node.js
# are found last, in the folder above, where TypeScript looks for what a project does not bring.
compile() {
    mkdir "$work/node_modules"
    ln -s /usr/local/lib/node_modules/@types "$work/node_modules/@types"
    compiler=tsc
    [ ! -x node_modules/.bin/tsc ] || compiler=node_modules/.bin/tsc
    settings=tsconfig.json
    if [ ! -e tsconfig.json ]; then
        settings=tsconfig.build.json
        echo '{ "extends": "/usr/local/src/tsconfig.json" }' >"$settings"
    fi
    "$compiler" --project "$settings" --pretty false --outDir null --noEmit false --noEmitOnError true \
        --declaration false --composite false --incremental false --emitDeclarationOnly false >&2 ||
        fail "TypeScript found the errors above."
    rm -f tsconfig.build.json
}

installs=no
if [ -e "$source/package.json" ]; then
    needs_npm && installs=yes || [ $? -eq 3 ] || fail "$source/package.json is no JSON object that npm could read."
fi
if [ $installs = yes ]; then stage node_modules; else stage; fi

if is_typescript; then
    [ $installs = no ] || install_dependencies
    compile
    [ $installs = no ] || run_npm prune --omit=dev
elif [ $installs = yes ]; then
    install_dependencies --omit=dev
fi

# It may hold the token of a private registry, and only npm reads it.
rm -f .npmrc
pack
