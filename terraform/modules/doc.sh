#!/usr/bin/env bash
# Writes README.md of every module from its code: what it is for, inputs, outputs, resources. --check: says which are out of date (exit 1).
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
"$root/.ci/venv" "$root/.ci/terraform/.venv" "$root/.ci/terraform/tools.txt"
exec "$root/.ci/terraform/.venv/bin/python" "$root/.ci/terraform/module_docs.py" "$@" "$root/terraform/modules"
