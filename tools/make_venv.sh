#!/usr/bin/env bash
# Makes .venv, or brings it to exactly what the lock files given as arguments say.
# PYTHON names the interpreter; without it the first suitable python3 on the PATH is taken.
set -euo pipefail

venv=.venv

fail() {
  printf '%s\n' "$@" >&2
  exit 1
}

is_supported() {
  "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null
}

find_python() {
  local candidate
  for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
    if is_supported "$candidate"; then
      command -v "$candidate"
      return
    fi
  done
  fail "Python 3.11, 3.12 or 3.13 is needed, and ${PYTHON:-python3} is another one or not there." \
    "Install one of them, or name it: make PYTHON=/path/to/python3.12 ..."
}

# uv does not read pip's configuration: hand it the mirror and the CA bundle that pip was told to use.
pip_setting() {
  "$venv/bin/python" -m pip config list | sed -nE "s/^(:env:|global)\.$1='(.*)'\$/\2/p" | tail -n 1
}

if ! is_supported "$venv/bin/python"; then
  python=$(find_python)
  "$python" -c 'import ensurepip' 2>/dev/null ||
    fail "$python cannot make virtual environments (no ensurepip)." \
      "Debian and Ubuntu keep that apart: sudo apt-get install python3-venv"
  echo "Making $venv with $("$python" --version)"
  "$python" -m venv --clear "$venv"
fi

if [[ ! -x $venv/bin/uv ]]; then
  sed -n '/^uv==/,/^ *# via/p' requirements.txt >"$venv/uv.txt"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --requirement "$venv/uv.txt"
fi

index=$(pip_setting index-url)
certificates=$(pip_setting cert)
[[ -z $index ]] || export UV_DEFAULT_INDEX="${UV_DEFAULT_INDEX:-$index}"
[[ -z $certificates ]] || export SSL_CERT_FILE="${SSL_CERT_FILE:-$certificates}"
"$venv/bin/uv" pip sync --quiet --python "$venv/bin/python" --require-hashes "$@"
