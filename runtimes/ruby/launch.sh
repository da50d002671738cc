#!/bin/sh
# Serves the function in /tmp/code.tar.gz, or the contents of /usr/code.
# --disable=all: RubyGems and what hangs on it take 40 ms to load, and RUBYOPT is not for this process.
# shellcheck source-path=SCRIPTDIR source=../base/lib/launch.sh
. /usr/local/lib/open-runtimes/launch.sh

# What is large goes back to the system as soon as it is freed, and threads share their heaps. Without this the memory
# of bodies of 20 MiB stays with whichever thread they passed through, and four of them at once do not fit into 256 MiB.
export MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=1048576
# Space for the objects of a start: without it the garbage collector runs twice, for 2 ms, before there is any garbage.
export RUBY_GC_HEAP_0_INIT_SLOTS=40000
serve ruby --disable=all /usr/local/src/server.rb
