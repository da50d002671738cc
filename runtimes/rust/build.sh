#!/bin/sh
# Turns a Rust package into a package of the contract: build.sh [source [package]].
# shellcheck source-path=SCRIPTDIR source=../base/lib/build.sh
. /usr/local/lib/open-runtimes/build.sh

# The image's own: api/ is the crate that functions are written with, cargo/ a home of cargo with what it
# depends on, target/ all of that compiled, and Cargo.lock the versions.
own=/usr/local/lib/open-runtimes/rust

# A panic has to unwind, or it would end the server.
run_cargo() {
    cargo --config "patch.crates-io.open-runtimes.path = '$own/api'" \
        --config "profile.release.panic = 'unwind'" "$@"
}

# Every package that cargo would build here: name and folder.
list_packages() {
    run_cargo tree --workspace --depth 0 --prefix none --format '{p}' >"$work/tree" || return
    sed -n '/(proc-macro)/d; s/^\([^ ]*\) [^(]*(\(.*\))$/\1 \2/p' "$work/tree" | sort -u >"$work/packages"
}

# Leaves beside a src/lib.rs what the server opens, if the file exports a handler.
compile() {
    run_cargo rustc --release --package "$1" --lib --crate-type cdylib \
        --message-format json-render-diagnostics >"$work/messages" || fail "cargo found the errors above."
    library=$(sed -n 's/.*"crate_types":\["cdylib"\].*"filenames":\["\([^"]*\.so\)".*/\1/p' "$work/messages")
    if nm --dynamic --defined-only "$library" | grep -q ' open_runtimes_module$'; then
        cp "$library" "$2/src/lib.so"
        compiled=yes
    else
        echo "build.sh: ${2#"$PWD/"}/src/lib.rs exports no handler: it is a library of the others."
    fi
}

[ -e "$source/Cargo.toml" ] || fail "$source has no Cargo.toml: a function is a Rust package with src/lib.rs."
stage target
cp -R --preserve=timestamps "$own/target" "$work/target"
export CARGO_TARGET_DIR="$work/target" CARGO_INCREMENTAL=0

# Where cargo looks for its home by itself: it compiles again what it finds at another place than before. One
# that is there is the author's, mounted to be kept.
brought=
if [ ! -e "$HOME/.cargo" ]; then
    cp -R --preserve=timestamps "$own/cargo" "$HOME/.cargo"
    brought="$HOME/.cargo"
fi
[ -e Cargo.lock ] || cp "$own/Cargo.lock" Cargo.lock

# If what the image carries is enough, the network is not asked.
if CARGO_NET_OFFLINE=true list_packages 2>"$work/missing"; then
    export CARGO_NET_OFFLINE=true
else
    list_packages || fail "cargo cannot resolve the dependencies."
fi

compiled=no
while read -r name folder; do
    [ ! -f "$folder/src/lib.rs" ] || compile "$name" "$folder"
done <"$work/packages"
[ $compiled = yes ] || fail "no src/lib.rs exports a handler: write \"open_runtimes::handler!(handler);\" in it."

# It may hold the token of a private registry, and only cargo reads it.
rm -rf .cargo ${brought:+"$brought"}
pack
