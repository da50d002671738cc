#!/bin/sh
# Serves the function in /tmp/code.tar.gz, or the contents of /usr/code.
# -n: Debian's configuration loads every extension of the package, which takes longer than PHP itself.
# shellcheck source-path=SCRIPTDIR source=../base/lib/launch.sh
. /usr/local/lib/open-runtimes/launch.sh
serve php -n \
    -d extension=ctype -d extension=fileinfo -d extension=iconv -d extension=mbstring -d extension=posix \
    -d extension=sockets -d extension=tokenizer \
    -d display_errors=0 -d log_errors=1 -d error_reporting=-1 \
    -d zend.exception_ignore_args=1 \
    /usr/local/src/server.php
