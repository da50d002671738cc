#!/bin/sh
# Turns a folder of Python into a package: build.sh [source [package]].
# shellcheck source-path=SCRIPTDIR source=../base/lib/build.sh
. /usr/local/lib/open-runtimes/build.sh

# The folder in which the server looks for what is installed.
dependencies=site-packages

# requirements.txt goes first. Without one, the dependencies of pyproject.toml are what pip is given.
list_requirements() {
    if [ -e requirements.txt ]; then
        cat requirements.txt
    elif [ -e pyproject.toml ]; then
        python3 -I -c '
import tomllib

with open("pyproject.toml", "rb") as file:
    print("\n".join(tomllib.load(file).get("project", {}).get("dependencies", [])))
' || fail "$source/pyproject.toml is no TOML that Python could read."
    fi
}

# If pip has nothing to install it is not called at all, and the build needs no network.
needs_pip() {
    grep -qE '^[[:space:]]*[^#[:space:]]' "$work/requirements.txt"
}

install_dependencies() {
    requirements=$work/requirements.txt
    [ ! -e requirements.txt ] || requirements=requirements.txt # paths in it are relative to it
    PIP_CERT=${PIP_CERT:-/etc/ssl/certs/ca-certificates.crt} \
        python3 -I -m pip install --requirement "$requirements" --target "$dependencies" --no-compile \
        --cache-dir "$work/pip" --no-input --progress-bar off --root-user-action ignore \
        --disable-pip-version-check --no-warn-script-location
}

# Times do not matter to this kind of byte code: the package gives all files the same one. What does not
# compile is shown and goes into the package as it is: it may never be loaded.
compile() {
    find . -name __pycache__ -prune -exec rm -rf {} +
    python3 -I -m compileall -q --invalidation-mode unchecked-hash -x '/site-packages/' . >&2 || true
    [ ! -d "$dependencies" ] || python3 -I -m compileall -qq --invalidation-mode unchecked-hash "$dependencies" || true
}

cd "$source"
list_requirements >"$work/requirements.txt"
if needs_pip; then
    stage "$dependencies"
    install_dependencies
else
    stage
fi
compile
pack
