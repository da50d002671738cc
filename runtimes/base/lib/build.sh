# shellcheck shell=sh
# Sourced by a runtime's build.sh: `build.sh [source [package]]`.
#
#   stage [name…]   copies the source, without the names given, into a private folder and enters it
#   pack            packs that folder and puts the package in its place, by rename
#
# In between the runtime's build.sh installs and compiles. The author's folder only gains the package,
# and a build that fails leaves none.
set -eu

# A build runs other people's code, so it starts again without the key if one was given.
if [ "${INTERNAL_RUNTIME_KEY+set}" ]; then
    unset INTERNAL_RUNTIME_KEY
    exec "$0" "$@"
fi

source=${1:-/usr/code}
package=${2:-$source/code.tar.gz}

fail() {
    echo "build.sh: $*" >&2
    exit 1
}

# An older package must not pass for the result of a build that failed.
rm -f "$package" || fail "cannot remove the old $package: run with --user \"\$(id -u):\$(id -g)\"."
[ -d "$source" ] || fail "$source is no folder: mount the function there."
[ -n "$(ls -A "$source")" ] || fail "$source is empty: mount the function there, as in -v \"\$PWD:$source\"."
unfinished=$(mktemp "${package%/*}/.code.tar.gz.XXXXXX") ||
    fail "${package%/*} cannot be written by user $(id -u): run with --user \"\$(id -u):\$(id -g)\"."
trap 'rm -rf "$unfinished" "${work:-}"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
work=$(mktemp -d "${TMPDIR:-/tmp}/build.XXXXXX")
export TMPDIR="$work" # what the tools leave behind goes with it

# The loop names hidden files too; a pattern that matches nothing stays as it is, and is passed over.
stage() {
    mkdir "$work/source"
    for entry in "$source"/* "$source"/.[!.]* "$source"/..?*; do
        [ -e "$entry" ] || [ -L "$entry" ] || continue
        for name in code.tar.gz .git "${unfinished##*/}" "$@"; do
            [ "${entry##*/}" != "$name" ] || continue 2
        done
        cp -R --preserve=mode,timestamps,links "$entry" "$work/source/"
    done
    chmod -R u+rwX "$work/source"
    cd "$work/source"
}

# The same source gives the same bytes: sorted, owned by nobody in particular, of one time. 1980 is the
# first year that zip files know. There is no entry for the folder itself: a user who unpacks the package into
# /usr/code, which belongs to root, could not set its mode.
pack() {
    find . -mindepth 1 -maxdepth 1 -print0 | sort -z >"$work/entries"
    tar -cf "$unfinished" --use-compress-program='gzip -n' --format=gnu --sort=name \
        --owner=0 --group=0 --numeric-owner --mode=u+rwX,go+rX,go-w --mtime='1980-01-01 00:00Z' \
        --null --verbatim-files-from --files-from="$work/entries"
    chmod 644 "$unfinished"
    mv "$unfinished" "$package"
    echo "build.sh: $package is ready ($(du -k "$package" | cut -f1) KiB)."
}
