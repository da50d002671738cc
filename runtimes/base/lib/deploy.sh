# shellcheck shell=sh
# Sourced by a runtime's deploy.sh: build the contents of /usr/deploy-code, then serve it.
set -eu
# shellcheck source-path=SCRIPTDIR source=key.sh
. /usr/local/lib/open-runtimes/key.sh

# A build runs other people's code while this shell waits, and the environment this shell was started
# with stays readable. So it starts again without the key, and keeps it as a variable of its own.
if [ "${INTERNAL_RUNTIME_KEY+set}" ] || [ "${1:-}" != restarted ]; then
    require_key
    exec_with_key "$0" restarted
fi
IFS= read -r key <&3
exec 3<&-

build.sh /usr/deploy-code /tmp/code.tar.gz

INTERNAL_RUNTIME_KEY=$key exec launch.sh
