#!/usr/bin/env bash
# Writes the locks anew from pyproject.toml: every version with its hashes, for all systems and Pythons at once,
# without the address of any package server. Words are passed on: packaging/lock.sh --upgrade-package sqlalchemy
#   requirements.txt       the window and headquarters (./run)
#   requirements-dev.txt   the same versions, and what tests and checks need (./test, ./check)
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/bootstrap.sh"
cd "$ROOT"
uv="$VENV/bin/uv"
[ -x "$uv" ] || uv=uv
lock() { "$uv" pip compile pyproject.toml --quiet --universal --generate-hashes --no-annotate --no-header "$@"; }
lock --extra desk --extra hq -o requirements.txt "$@"
lock --extra desk --extra hq --extra test --extra dev --constraint requirements.txt -o requirements-dev.txt "$@"
