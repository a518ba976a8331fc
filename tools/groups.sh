#!/bin/sh
# Install dependency groups into an environment: tools/groups.sh FOLDER [GROUP...]
#
# One that is named is needed: without it, this fails. Without a name, those are
# installed that some examples need and nothing else does. One of these that cannot be
# installed here is named with the reason; its examples then say that they did not run.
set -eu

folder=$1
shift

copy_of() {
    echo "$folder/$(basename "$1")"
}

# Install what locks say. They hold all that there is to install, which pip need not find
# out again; and pip would compile one module after the other.
install() {
    locks=$*
    for lock in $locks; do
        set -- "$@" -r "$lock"
        shift
    done
    "$folder/bin/python" -m pip install --disable-pip-version-check --no-input \
        --quiet --retries 2 --require-hashes --no-deps --no-compile "$@" \
        >.proof/groups.log 2>&1 || return 1
    for lock in $locks; do
        cp "$lock" "$(copy_of "$lock")"
    done
}

needed=$*
all=
for group in "$@"; do
    all="$all requirements/$group.txt"
done
[ -n "$needed" ] || all=$(echo requirements/group-*.txt)
new=
for lock in $all; do
    # Its copy in the environment says that it is there.
    cmp -s "$lock" "$(copy_of "$lock")" || new="$new $lock"
done
[ -n "$new" ] || exit 0
# One call for all takes half the time of one for each, and does not say which failed.
# shellcheck disable=SC2086
if [ "$(echo $new | wc -w)" -gt 1 ] && install $new; then
    new=
fi
for lock in $new; do
    install "$lock" && continue
    reason=$(sed -n 's/^ERROR: //p' .proof/groups.log | tail -1)
    said="$lock could not be installed: ${reason:-see .proof/groups.log}"
    [ -z "$needed" ] || { echo "$said" >&2; exit 1; }
    echo "$said"
done
sh "${0%/*}/compile.sh" "$folder"
