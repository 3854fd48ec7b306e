#!/usr/bin/env bash
# ansible-test sanity on a copy of the collection, with nothing ignored.
# A copy, because ansible-test wants to stand in ansible_collections/<namespace>/<name> and does not follow the symlink in
# collections/. Symlinks to directories (group_vars), which it would refuse, are directories there and so are checked with all they hold.
set -euo pipefail

cd "$(dirname "$0")/.."
cache=$PWD/.cache/sanity
copy=$cache/ansible_collections/airflow/fargate
python_version=$(python3 -c 'import sys; print("{}.{}".format(*sys.version_info))')

rm -rf "$cache/ansible_collections"
mkdir -p "$copy"
git ls-files --cached --others --exclude-standard -z | python3 -c '
import os, sys
names = sys.stdin.buffer.read().split(b"\0")
# What git still lists although it was deleted, and the symlink to ourselves, have no place in the copy.
kept = [name for name in names if os.path.lexists(name) and name and not name.startswith(b"collections/")]
sys.stdout.buffer.write(b"\0".join(kept))' | tar --create --dereference --null --files-from - | tar --extract --directory "$copy"

# The documentation of our modules extends that of amazon.aws.
installed=$(python3 -c 'import importlib.util; print(importlib.util.find_spec("ansible_collections").submodule_search_locations[0])')
ln -s "$installed/amazon" "$installed/community" "$cache/ansible_collections/"

# ansible-test drops PIP_* and certificate settings from the environment and keeps HOME: give it one where they are files.
export HOME=$cache/home
python3 tools/sanity_home.py "$HOME"

cd "$copy"
git init --quiet
git add --all --force
ansible-test sanity --local --python "$python_version" --color no "$@"
