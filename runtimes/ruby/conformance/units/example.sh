#!/bin/sh
# The tests of an example, in its package, with the gems that are in it: they hide those of the image, which minitest is
# one of.
set -eu
[ ! -e vendor/bundle/bundler/setup.rb ] || set -- -rminitest/autorun -r./vendor/bundle/bundler/setup
exec ruby "$@" index_test.rb --verbose
