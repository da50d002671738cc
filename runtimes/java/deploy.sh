#!/bin/sh
# Builds the function in /usr/deploy-code and serves it.
# shellcheck source-path=SCRIPTDIR source=../base/lib/deploy.sh
. /usr/local/lib/open-runtimes/deploy.sh
