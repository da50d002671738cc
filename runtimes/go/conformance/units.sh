#!/bin/sh
# The tests of the server and of the module that functions are written with: run by the harness in a container of the
# image, which has the standard library compiled. go writes beside it, so it is copied; vet, which the image does not
# have, is run by ci/lints/go.
set -eu
cp -R --symbolic-link /usr/local/lib/open-runtimes/go/cache /tmp/cache
export GOCACHE=/tmp/cache CGO_ENABLED=0 GOFLAGS="-trimpath -buildvcs=false"
go test -v -vet=off . ./server/...
cd api
go test -v -vet=off ./...
