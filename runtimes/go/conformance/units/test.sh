#!/bin/sh
# test.sh PACKAGE...
#
# Runs tests in a container of the image, which has the standard library compiled. go writes beside it, so it is copied.
# vet, which the image does not have, is run by ci/lints/go; from 1.26 on go wants to see it even if it is told not to
# run it.
set -eu
if [ ! -e /tmp/goroot ]; then
    cp -R --symbolic-link /usr/local/lib/open-runtimes/go/cache /tmp/cache
    cp -R --symbolic-link /usr/local/go /tmp/goroot
    for tools in /tmp/goroot/pkg/tool/*; do [ -e "$tools/vet" ] || ln -s /bin/false "$tools/vet"; done
fi
export GOROOT=/tmp/goroot GOCACHE=/tmp/cache CGO_ENABLED=0 GOFLAGS="-trimpath -buildvcs=false"
exec go test -v -vet=off "$@"
