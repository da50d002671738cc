#!/bin/sh
# Makes bare.tar: the bare server, and a cache that it starts from, made by the way the server's own is made.
set -eu
own=/usr/local/lib/open-runtimes/java
javac -XDstringConcat=inline -d /tmp/classes Bare.java
jar --create --file /tmp/bare.jar --no-compress -C /tmp/classes .
echo '-cp /tmp/bare.jar' >/tmp/bare.options
bash "$own/train.sh" /tmp/bare.cache /tmp/bare.options Bare
tar -cf bare.tar -C /tmp bare.jar bare.options bare.cache
