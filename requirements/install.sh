#!/bin/sh
# install.sh run|all: makes the virtual environment and installs one lock and this project in it.
# A stamp, written last, says that it is whole and for what; without the right stamp the environment is made anew,
# so that a broken-off install, a changed lock, a moved folder or another Python never leave a half-made one in use.
# VENV (default .venv) and PYTHON (default python3) may be set.
set -eu
lock=$1
cd "$(dirname "$0")/.."
venv=${VENV:-.venv}
python=${PYTHON:-python3}

say() { printf '%s\n' "$*" >&2; }

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    say "multipolar needs Python 3.11 or later, and \`$python\` is not that. Name one: make PYTHON=python3.12 run"
    exit 1
}
version=$(grep '^__version__' src/multipolar/__init__.py)
stamp_of() {
    sum=$(cat "requirements/$1.lock" pyproject.toml | cksum)
    printf '%s\n' "$1 $sum, $version, $PWD, $("$python" -V)"
}
found=$(cat "$venv/stamp" 2>/dev/null || true)
[ "$found" = "$(stamp_of all)" ] && exit 0
[ "$found" = "$(stamp_of "$lock")" ] && exit 0

if [ "$found" != "$(stamp_of run)" ]; then
    "$python" -m venv --clear "$venv" || {
        say "The virtual environment could not be made. On Debian: apt-get install python3-venv"
        exit 1
    }
fi
rm -f "$venv/stamp"

say "Installing requirements/$lock.lock (hash-checked) ..."
done=no
if command -v uv >/dev/null 2>&1; then
    if uv pip install --quiet --python "$venv/bin/python" --require-hashes -r "requirements/$lock.lock"; then
        done=yes
    else
        say "uv could not install it; plain pip tries."
    fi
fi
pip() { "$venv/bin/python" -m pip --disable-pip-version-check "$@"; }
[ "$done" = yes ] || pip install --quiet --require-hashes -r "requirements/$lock.lock"
pip install --quiet --no-index --no-deps --no-build-isolation --editable .
stamp_of "$lock" > "$venv/stamp"
