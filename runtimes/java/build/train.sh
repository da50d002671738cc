#!/bin/bash
# train.sh CACHE OPTIONS CLASS [CODE]: makes the cache that a server starts from, and adds it to the server's OPTIONS.
#
# The server serves for a while, the function in CODE if there is one, and its classes are kept as they are then:
# loaded and linked, which each start would have to do anew. bash, because it speaks TCP.
set -eu
cache=$1 options=$2 class=$3 code=${4:-}
shared=/usr/local/lib/open-runtimes/java/options
record=$(mktemp)

# serve ROUNDS [OPTION…]: runs the server, asks it that often what it will be asked, and stops it.
serve() {
    rounds=$1
    shift
    java "$@" @"$shared" @"$options" "$class" < <(echo key) &
    server=$!
    until (exec 4<>/dev/tcp/127.0.0.1/3000) 2>/dev/null; do
        kill -0 $server
        sleep 0.1
    done
    for round in $(seq 1 "$rounds"); do
        body="{\"path\": \"$code\", \"payload\": {\"name\": \"Ada $round\", \"list\": [1, 2.5, true, null, \"\\u00e9\"]}}"
        ask 200 POST key "$body"
        [ -n "$code" ] || continue
        ask 401 POST other '{}'
        ask 404 POST key '{"file": "none"}'
        ask 400 POST key '{'
        ask 405 GET key ''
    done
    kill -TERM $server
    wait $server || [ -z "$code" ]
}

# Expects that status in answer to a request of that method, key and body.
ask() {
    exec 4<>/dev/tcp/127.0.0.1/3000
    printf '%s / HTTP/1.1\r\nHost: localhost\r\nX-Internal-Challenge: %s\r\nContent-Length: %s\r\n\r\n%s' \
        "$2" "$3" "${#4}" "$4" | dd bs=64K iflag=fullblock status=none >&4 # in one write: the bare server reads no more than one
    read -r line <&4
    exec 4>&-
    [ "${line#HTTP/1.1 "$1"}" != "$line" ] || {
        echo "train.sh: expected $1, got $line" >&2
        exit 1
    }
}

if java -XX:AOTMode=off -version 2>/dev/null; then
    serve 50 -XX:AOTMode=record -XX:AOTConfiguration="$record"
    java @"$shared" @"$options" -XX:AOTMode=create -XX:AOTConfiguration="$record" -XX:AOTCache="$cache" "$class"
    use=-XX:AOTCache=$cache must=-XX:AOTMode=on
else
    serve 50 -XX:DumpLoadedClassList="$record"
    # Java 21 keeps objects, the graph of modules among them, only if it dumps with this collector.
    java @"$shared" @"$options" -XX:-UseSerialGC -XX:+UseG1GC -Xshare:dump -XX:SharedClassListFile="$record" -XX:SharedArchiveFile="$cache" "$class"
    use=-XX:SharedArchiveFile=$cache must=-Xshare:on
fi
rm -f "$record"
chmod 644 "$cache"

# Started like this, the JVM ends if the cache does not fit. In use it would only be slow.
echo "$use" >>"$options"
serve 1 $must
