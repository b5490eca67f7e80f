#!/bin/sh
# Installs the CPU build of torch, then the Zachetka whose wheel lies beside this script.
set -eu

here=$(dirname "$0")

set -- "$here"/zachetka-*.whl
if [ $# -ne 1 ] || [ ! -f "$1" ]; then
    echo "::error::There must be one zachetka-*.whl in .github/zachetka: the course has to put it there."
    exit 1
fi

# First, since the torch that Zachetka would bring along has gigabytes of CUDA.
python -m pip install --disable-pip-version-check -qq --requirement "$here/requirements.txt"
python -m pip install --disable-pip-version-check -qq "$1"
