#!/usr/bin/env bash
# Installs the Airflow that tests run emitted DAGs with, in an environment of its own outside the tree, and prints the
# folder. Does nothing where it is there: the folder is named after the list of what it holds. NSC_AIRFLOW names another.
set -euo pipefail
cd "$(dirname "$0")"

folder=${NSC_AIRFLOW:-${XDG_CACHE_HOME:-$HOME/.cache}/nstack/airflow-$(sha256sum airflow.txt | cut -c1-12)}
mkdir -p "$(dirname "$folder")"
# Two that want it at once: the second one waits.
exec 9>"$folder.lock"
flock 9
if [ ! -e "$folder/ready" ]; then
  rm -rf "$folder"
  "$(command -v python3.11 || command -v python3)" -m venv "$folder"
  "$folder/bin/python" -m pip install --quiet --disable-pip-version-check uv >&2
  "$folder/bin/uv" pip install --quiet --python "$folder/bin/python" --requirements airflow.txt >&2
  AIRFLOW_HOME=$folder/home AIRFLOW__CORE__LOAD_EXAMPLES=False "$folder/bin/airflow" db migrate >"$folder/migrate.log" 2>&1
  touch "$folder/ready"
fi
echo "$folder"
