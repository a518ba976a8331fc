#!/bin/sh
# Compile what an environment and this project import: tools/compile.sh FOLDER
#
# An example's process writes no cache, so that it leaves nothing here. What is not
# compiled by then, each of some thousand processes compiles again: on SQLite, a quarter
# of the processor's time for all examples. It costs time and nothing else.
set -eu

"$1/bin/python" -m compileall -q -j 0 -x '/(tests|mypy|pip)/' \
    "$1"/lib/python3*/site-packages proof guide checker examples cases \
    >/dev/null 2>&1 || :
