#!/bin/sh
# Turns a folder of Java into a package: build.sh [source [package]].
# shellcheck source-path=SCRIPTDIR source=../base/lib/build.sh
. /usr/local/lib/open-runtimes/build.sh

# The image's own: the API that functions are written with, and a repository of Maven with that and all that Maven
# itself needs to compile.
own=/usr/local/lib/open-runtimes/java

# Memory as in the hardened container, in which deploy.sh builds. A build is over before a better compiler pays.
jvm='-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:MaxRAMPercentage=55 -XX:-UsePerfData'

# Where Maven keeps what it downloads: a ~/.m2 that is there is the author's, mounted to be kept.
repository=$HOME/.m2/repository
[ -e "$HOME/.m2" ] || repository=$work/repository

# The version of Java: 21. Maven has libraries that newer ones warn of.
java=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$JAVA_HOME/release")
quiet=
[ "$java" -lt 24 ] || quiet='--sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED'

run_maven() {
    MAVEN_OPTS="$jvm $quiet -Duser.home=$HOME ${MAVEN_OPTS:-}" mvn --batch-mode --no-transfer-progress --quiet \
        -Dmaven.repo.local="$repository" -Dmaven.repo.local.tail="$own/repository" \
        -Dmaven.repo.local.tail.ignoreAvailability=true "$@"
}

# Compiles into target/classes and copies what is needed to run into target/dependency. If what the image carries
# is enough, the network is not asked.
compile_with_maven() {
    set -- process-classes dependency:copy-dependencies -DincludeScope=runtime -Dmdep.outputDirectory=target/dependency
    # Maven's own default is Java 8. What is built here is served here.
    grep -qE 'maven\.compiler\.|<release>|<source>' pom.xml || set -- "$@" -Dmaven.compiler.release="$java"
    if run_maven --offline "$@" >"$work/offline" 2>&1; then
        cat "$work/offline"
    elif grep -qiE 'offline mode|has not been downloaded' "$work/offline"; then
        run_maven "$@" || fail "Maven found the errors above."
    else
        cat "$work/offline" >&2
        fail "Maven found the errors above."
    fi
}

# Without a pom.xml there are no dependencies: the compiler alone is enough.
compile() {
    mkdir -p target/classes
    find "$1" -name '*.java' >"$work/sources"
    [ -s "$work/sources" ] || fail "$source holds no Java: write src/main/java/Main.java."
    sed 's/["\\]/\\&/g; s/.*/"&"/' "$work/sources" >"$work/quoted"
    # shellcheck disable=SC2046,SC2086
    javac $(printf -- '-J%s ' $jvm) -encoding UTF-8 -parameters -g -proc:none -d target/classes \
        -cp "$own/open-runtimes.jar" @"$work/quoted" || fail "javac found the errors above."
    [ ! -d src/main/resources ] || cp -R src/main/resources/. target/classes/
}

stage target
sources=src/main/java
[ -d "$sources" ] || sources=.
if [ -e pom.xml ]; then compile_with_maven; else compile "$sources"; fi
# shellcheck disable=SC2086
java $jvm -cp "$own/build.jar:$own/open-runtimes.jar" Mark target/classes target/dependency "$sources" ||
    fail "there is no function to serve."

# What is left to the package: classes and dependencies. .mvn may hold the token of a private registry.
find target -mindepth 1 -maxdepth 1 ! -name classes ! -name dependency -exec rm -rf {} +
rm -rf .mvn
pack
