#!/bin/sh
# Turns a folder of Ruby into a package: build.sh [source [package]].
# shellcheck source-path=SCRIPTDIR source=../base/lib/build.sh
. /usr/local/lib/open-runtimes/build.sh

# The folder in which the server looks for gems.
gems=vendor/bundle

# --standalone leaves a setup.rb that needs neither Bundler nor RubyGems at start. A path that the author's own
# settings name would go before the variable, so it is set where they are.
run_bundler() {
    BUNDLE_USER_HOME=$work/bundler BUNDLE_WITHOUT=${BUNDLE_WITHOUT:-development:test} \
        BUNDLE_FROZEN=$frozen BUNDLE_DISABLE_VERSION_CHECK=true BUNDLE_IGNORE_MESSAGES=true \
        BUNDLE_SILENCE_ROOT_WARNING=true \
        bundle "$@"
}

# First without the network: all of it may be in the folder, as path gems or in vendor/cache.
install_gems() {
    rm -rf "$gems"
    frozen=false
    if [ -e Gemfile.lock ] || [ -e gems.locked ]; then frozen=true; fi
    run_bundler config set --local path "$gems" >/dev/null
    if run_bundler install --standalone --local >"$work/local.log" 2>&1; then
        cat "$work/local.log"
    else
        run_bundler install --standalone
    fi
    # Older ones write down where path gems are during the build: the package is unpacked elsewhere.
    sed -i "s|\"$PWD/|\"#{__dir__}/../../../|" "$gems/bundler/setup.rb"
    rm -rf "$gems"/ruby/*/cache "$gems"/ruby/*/doc "$gems"/ruby/*/build_info
}

# Settings of Bundler may hold the key of a private source, and nothing reads them once the gems are there.
if [ -e "$source/Gemfile" ] || [ -e "$source/gems.rb" ]; then
    stage
    install_gems
    rm -rf .bundle
else
    stage .bundle
fi
pack
