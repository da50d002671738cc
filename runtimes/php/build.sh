#!/bin/sh
# Turns a folder of PHP into a package: build.sh [source [package]].
# shellcheck source-path=SCRIPTDIR source=../base/lib/build.sh
. /usr/local/lib/open-runtimes/build.sh

# A package that composer.json takes from a path must be inside the folder: elsewhere it is not found.
install_dependencies() {
    COMPOSER_HOME=$work/composer COMPOSER_CACHE_DIR=$work/cache COMPOSER_ALLOW_SUPERUSER=1 \
        composer install --no-dev --optimize-autoloader --no-interaction --no-progress --no-ansi
}

# Composer also makes the autoloader, so it runs whenever there is its manifest. If that requires no
# package it needs no network.
if [ -e "$source/composer.json" ]; then
    stage vendor
    install_dependencies
else
    stage
fi

# It may hold the token of a private repository, and only Composer reads it.
rm -f auth.json
pack
