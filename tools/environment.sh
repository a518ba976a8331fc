#!/bin/sh
# Make an environment, or say that it is there: tools/environment.sh FOLDER [VERSION]
#
# The packages are those of requirements.txt. A stamp, written last, holds what was
# asked for and a copy of the requirements: a folder without it, or with another, was
# begun and not finished, or is old, and is made anew. PYTHON=... names the
# interpreter; otherwise the newest supported one is looked for.
set -eu

folder=$1
lock=requirements.txt
asked=${PYTHON:-${2:-}}
log=.proof/environment.log
pinned=$(cat .python-version)

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
    version=$1
    echo "python$version" python3 python
    ls -d "${PYENV_ROOT:-$HOME/.pyenv}/versions/$version".*/bin/python 2>/dev/null || :
}

find_python() {
    for version in $1; do
        for candidate in $(candidates "$version"); do
            if [ "$(version_of "$candidate")" = "$version" ]; then
                echo "$candidate"
                return
            fi
        done
    done
}

choose_python() {
    if [ -n "${PYTHON:-}" ]; then
        version_of "$PYTHON" >/dev/null ||
            fail "PYTHON=$PYTHON does not run, or has no venv, ssl or sqlite3."
        echo "$PYTHON"
    else
        find_python "${asked:-$pinned 3.12 3.11}"
    fi
}

reason() {
    sed -n 's/^ERROR: //p' "$log" | tail -1
}

is_fresh && exit 0
python=$(choose_python)
[ -n "$python" ] || fail \
    "No Python ${asked:-3.11 or newer} with venv was found; name one: make PYTHON=/path/to/python3"
echo "Preparing $folder with Python $(version_of "$python"), once: about a minute."
mkdir -p .proof
rm -f "$folder/stamp"
"$python" -m venv --clear "$folder" >"$log" 2>&1 ||
    fail "$folder could not be made: $(tail -1 "$log")"
"$folder/bin/python" -m pip install --disable-pip-version-check --no-input --retries 2 \
    --require-hashes -r "$lock" >"$log" 2>&1 ||
    fail "The packages could not be installed (is the network there?): $(reason) All of it: $log"
{ echo "$asked"; cat "$lock"; } >"$folder/stamp"
