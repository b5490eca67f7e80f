#!/bin/sh
# Usage: install-torch.sh PYTHON
#
# Puts the CPU build of the torch that requirements.txt names into the environment of PYTHON.
# On Linux the version that a plain `pip install torch` takes brings gigabytes of CUDA, which no
# check needs. A wheel from pip's find-links is taken first; otherwise uv is asked, which knows
# by itself where PyTorch keeps its CPU builds.
set -eu

python=$1
here=$(dirname "$0")
version=$(sed -n 's/^torch==//p' "$here/requirements.txt")

# The environment of PYTHON need not have a pip of its own.
installer=${INSTALLER:-$python}

if [ "$(uname -s)" != Linux ]; then
    exec "$installer" -m pip --python "$python" install -qq "torch==$version"
fi

if ! "$installer" -m pip --python "$python" install -qq "torch==$version+cpu" 2>/dev/null; then
    "$installer" -m pip install -qq uv
    "$installer" -m uv pip install --quiet --python "$python" --torch-backend=cpu "torch==$version"
fi

installed=$("$python" -c 'import importlib.metadata as m; print(m.version("torch"))')
case $installed in
    *+cpu) ;;
    *)
        echo "torch $installed is not a CPU build; remove it and try again" >&2
        exit 1
        ;;
esac
