# shellcheck shell=sh
# The key: checked, and kept out of every environment that user code could read.
#
# A program's environment stays readable in /proc/<pid>/environ for as long as the program runs, whatever
# it unsets. So the variable has to be gone before the last exec, and the key travels on a descriptor.

# Ends the script unless the key is one that an HTTP header can carry. Never shows it.
require_key() {
    if [ -z "${INTERNAL_RUNTIME_KEY:-}" ]; then
        echo "INTERNAL_RUNTIME_KEY is not set: start the container with -e INTERNAL_RUNTIME_KEY=<key>." >&2
        exit 1
    fi
    case $INTERNAL_RUNTIME_KEY in
    *[!!-~]*)
        echo "INTERNAL_RUNTIME_KEY may hold visible ASCII only (0x21 to 0x7E): no space, line break or accent." >&2
        exit 1
        ;;
    esac
}

# Replaces this shell by a program that finds the key on descriptor 3 and nowhere else.
exec_with_key() {
    exec 3<<KEY
$INTERNAL_RUNTIME_KEY
KEY
    unset INTERNAL_RUNTIME_KEY
    exec "$@"
}
