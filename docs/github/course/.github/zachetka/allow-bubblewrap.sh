#!/bin/sh
# Ubuntu keeps ordinary users from making namespaces, which is what bubblewrap is made of.
set -eu

setting=kernel.apparmor_restrict_unprivileged_userns
if sysctl -n "$setting" >/dev/null 2>&1; then
    sudo sysctl -w "$setting=0"
fi
