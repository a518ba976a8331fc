#!/bin/sh
# Install the dependency groups into an environment: tools/groups.sh FOLDER
#
# Each is what some examples need and nothing else does. One that cannot be installed
# here is named with the reason; its examples then say that they did not run.
set -eu

folder=$1
for lock in requirements/group-*.txt; do
    stamp="$folder/$(basename "$lock")"
    cmp -s "$lock" "$stamp" && continue
    if "$folder/bin/python" -m pip install --disable-pip-version-check --no-input \
        --quiet --retries 2 --require-hashes -r "$lock" >.proof/groups.log 2>&1; then
        cp "$lock" "$stamp"
    else
        reason=$(sed -n 's/^ERROR: //p' .proof/groups.log | tail -1)
        echo "$lock could not be installed: ${reason:-see .proof/groups.log}"
    fi
done
