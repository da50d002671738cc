#!/bin/sh
# Turns a Go module into a package: build.sh [source [package]].
# shellcheck source-path=SCRIPTDIR source=../base/lib/build.sh
. /usr/local/lib/open-runtimes/build.sh

# The image's own: api/ is the module that functions are written with, cache/ is it and the standard library,
# compiled.
own=/usr/local/lib/open-runtimes/go

# Leaves beside a main.go what the server starts, if the program hands a handler over.
compile() {
    go build -modfile "$work/go.mod" -ldflags='-s -w' -o "$1/main.bin" "$1" || fail "go found the errors above."
    if grep -q 'this program hands a handler to openruntimes.Serve' "$1/main.bin"; then
        compiled=yes
    else
        rm "$1/main.bin"
        program=${1#"$PWD"}/main.go
        echo "build.sh: ${program#/} hands no handler over: it is a program of its own."
    fi
}

[ -e "$source/go.mod" ] || fail "$source has no go.mod: a function is a Go module, which \"go mod init\" makes."
stage vendor

# go writes beside what is there already, so each file is linked to. It would throw away what looks old, once a
# day: this says that it just did.
cp -R --symbolic-link "$own/cache" "$work/cache"
rm -f "$work/cache/trim.txt"
date +%s >"$work/cache/trim.txt"

# Downloads go to a private folder, unless the author mounted one to keep them.
[ -e "$HOME/go" ] || export GOPATH="$work/go"
export GOCACHE="$work/cache" GOTOOLCHAIN=local GOWORK=off CGO_ENABLED=0
export GOFLAGS="-trimpath -buildvcs=false -mod=readonly -modcacherw ${GOFLAGS:-}"

# The author's go.mod says where the author's machine finds the module openruntimes; here it is the image's own.
cp go.mod "$work/go.mod"
[ ! -e go.sum ] || cp go.sum "$work/go.sum"
go mod edit -require openruntimes@v1.0.0 -replace "openruntimes=$own/api" "$work/go.mod" ||
    fail "go cannot read $source/go.mod."

# Every program that go would build here, by its folder.
go list -modfile "$work/go.mod" -e -find -f '{{if eq .Name "main"}}{{.Dir}}{{end}}' ./... >"$work/programs" ||
    fail "go cannot list the packages."
compiled=no
while read -r folder; do
    [ ! -f "$folder/main.go" ] || compile "$folder"
done <"$work/programs"
[ $compiled = yes ] ||
    fail "no main.go hands a handler over: write \"func main() { openruntimes.Serve(handler) }\" in package main."
pack
