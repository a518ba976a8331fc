#!/bin/sh
# Install dependency groups into an environment: tools/groups.sh FOLDER [GROUP...]
#
# One that is named is needed: without it, this fails. Without a name, those are
# installed that some examples need and nothing else does. One of these that cannot be
# installed here is named with the reason; its examples then say that they did not run.
set -eu

folder=$1
shift

# Install what a lock says, unless its copy in the environment says that it is there.
install() {
    cmp -s "$1" "$folder/$(basename "$1")" && return 0
    if "$folder/bin/python" -m pip install --disable-pip-version-check --no-input \
        --quiet --retries 2 --require-hashes -r "$1" >.proof/groups.log 2>&1; then
        cp "$1" "$folder/$(basename "$1")"
    else
        reason=$(sed -n 's/^ERROR: //p' .proof/groups.log | tail -1)
        echo "$1 could not be installed: ${reason:-see .proof/groups.log}"
        return 1
    fi
}

for group in "$@"; do
    install "requirements/$group.txt" >&2 || exit 1
done
[ $# -eq 0 ] || exit 0
for lock in requirements/group-*.txt; do
    install "$lock" || :
done
