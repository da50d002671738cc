# shellcheck shell=sh
# Sourced by a runtime's launch.sh, which then calls `serve` with the command of its server.
# shellcheck source-path=SCRIPTDIR source=key.sh
. /usr/local/lib/open-runtimes/key.sh

package=/tmp/code.tar.gz

# To tar, less than a block of anything is an archive of nothing.
has_code() {
    for entry in /usr/code/* /usr/code/.[!.]* /usr/code/..?*; do
        if [ -e "$entry" ] || [ -L "$entry" ]; then return 0; fi
    done
    return 1
}

unpack() {
    [ -e "$package" ] || return 0
    # igzip takes a quarter of the time that gzip takes, and a start waits for it.
    tar -xf "$package" -I igzip -C /usr/code --no-same-owner --no-same-permissions && has_code && return
    echo "launch.sh: cannot unpack $package into /usr/code: it must be a package that build.sh made," >&2
    echo "launch.sh: and /usr/code must be a folder that user $(id -u) may write." >&2
    exit 1
}

# tini is process 1 from here on: it passes signals on and reaps what outlives its parent.
# -s: the same if launch.sh was not started as process 1.
serve() {
    require_key
    unpack
    exec_with_key tini -s -- "$@"
}
