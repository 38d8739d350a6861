# Sourced by run, test and check: brings the machine and .venv to what the program needs.
#
#   prepare run|test     installs missing Debian packages and the locked Python packages;
#                        afterwards $PYTHON is the interpreter to use
#
# Nothing here names a package server: apt and pip ask the ones this machine is set up for.
# FIELDDESK_NO_PACKAGES=1 skips the Debian packages (they are then your business).

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
VENV="$ROOT/.venv"
PYTHON="$VENV/bin/python"

# One word a package, as Debian 12 names them. The first six are what Qt needs without a screen.
RUN_PACKAGES="libegl1 libgl1 libglib2.0-0 libxkbcommon0 libfontconfig1 libdbus-1-3
    libxcb-cursor0 libxkbcommon-x11-0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0 fonts-noto-cjk"
TEST_PACKAGES="xvfb xauth dbus-daemon gnome-keyring postgresql poppler-utils zbar-tools
    at-spi2-core python3-gi gir1.2-atspi-2.0 openbox xdotool"
# The same for a system without apt: the libraries themselves.
RUN_LIBRARIES="libEGL.so.1 libGL.so.1 libglib-2.0.so.0 libxkbcommon.so.0 libfontconfig.so.1 libdbus-1.so.3
    libxcb-cursor.so.0 libxkbcommon-x11.so.0 libxcb-icccm.so.4 libxcb-keysyms.so.1 libxcb-shape.so.0"

say() { printf '%s\n' "$*" >&2; }
stop() { say "$*"; exit 1; }

# ---------------------------------------------------------------- the system

# Prints those of $@ that are not installed. A package counts also by what it provides:
# newer releases carry libglib2.0-0 as libglib2.0-0t64.
missing_packages() {
    dpkg-query --show --showformat='${db:Status-Status} ${Package} ${Provides}\n' 2>/dev/null |
        awk -v wanted="$*" '
            $1 == "installed" { gsub(/\([^)]*\)|,/, " "); for (i = 2; i <= NF; i++) have[$i] = 1 }
            END { n = split(wanted, names, " "); for (i = 1; i <= n; i++) if (!(names[i] in have)) print names[i] }'
}

missing_libraries() {
    local known name
    known="$(PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null)" || return 0
    for name in "$@"; do
        case "$known" in *"$name "*) ;; *) printf '%s ' "$name" ;; esac
    done
}

install_packages() {
    # RUNLEVEL=1 keeps a freshly installed PostgreSQL from starting: the tests start their own.
    local line="apt-get install --yes --no-install-recommends $*"
    local as_root="" log
    if [ "$(id -u)" != 0 ]; then
        if command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
            as_root=sudo
        else
            say "These Debian packages are missing. Install them as root, then start again:"
            say ""
            say "    apt-get update && $line"
            say ""
            stop "(To go on without them: FIELDDESK_NO_PACKAGES=1 $0)"
        fi
    fi
    say "Installing Debian packages: $*"
    log="$(mktemp)"
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get update >"$log" 2>&1 </dev/null ||
        say "apt-get update failed; trying with the lists at hand."
    if ! $as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 $line >>"$log" 2>&1 </dev/null; then
        tail -n 20 "$log" >&2
        stop "apt-get could not install these packages; all it said is in $log"
    fi
    rm -f "$log"
}

# Prints the first Python that FieldDesk runs on and that can make an environment.
find_python() {
    local name
    for name in python3.13 python3.12 python3.11 python3; do
        if "$name" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' \
            >/dev/null 2>&1; then
            command -v "$name"
            return 0
        fi
    done
    return 1
}

prepare_system() {
    local wanted="$1" lacking=""
    [ "${FIELDDESK_NO_PACKAGES:-}" = 1 ] && return 0
    [ "$(uname -s)" = Linux ] || return 0
    if command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; then
        lacking="$(missing_packages $wanted)"
        if [ ! -x "$PYTHON" ] && ! find_python >/dev/null; then
            lacking="$lacking python3 python3-venv"
        fi
        [ -z "$lacking" ] || install_packages $lacking
    else
        lacking="$(missing_libraries $RUN_LIBRARIES)"
        [ -z "$lacking" ] || say "The window may not open; these system libraries were not found: $lacking"
    fi
}

# ---------------------------------------------------------------- .venv

# Changes when the lock, the interpreter or the place of this folder does.
stamp_of() {
    { cat "$@"; printf '%s\n' "$ROOT"; "$PYTHON" -c 'import sys; print(sys.version)'; } 2>/dev/null |
        "$PYTHON" -c 'import hashlib, sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())'
}

# What this lock was last installed as is written in .venv under the lock's own name.
stands() {
    local lock="$1" kept
    kept="$VENV/.$(basename "$lock")"
    [ -x "$PYTHON" ] && [ -f "$kept" ] && [ "$(stamp_of "$lock")" = "$(cat "$kept")" ]
}

# Whether .venv came here with a moved or copied folder: its commands then start the old place's Python.
moved() {
    local there
    there="$(cat "$VENV"/lib/python3*/site-packages/fielddesk-source.pth 2>/dev/null)" && [ "$there" != "$ROOT/src" ]
}

prepare_venv() {
    local lock="$1" base
    stands "$lock" && return 0
    if moved || ! "$PYTHON" -c 'import pip, sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null; then
        base="$(find_python)" || stop "No Python from 3.11 to 3.13 with venv was found. On Debian: apt-get install python3 python3-venv"
        say "Making .venv with $("$base" --version)"
        "$base" -m venv --clear "$VENV" || stop "$base could not make an environment in $VENV"
    fi
    say "Installing the locked Python packages ($(basename "$lock"))"
    "$PYTHON" -m pip install --quiet --quiet --disable-pip-version-check --no-input --require-hashes --no-deps \
        --only-binary :all: -r "$lock" >&2 </dev/null || stop "pip could not install $lock"
    # The program runs from its source; this line is all that an editable install would add.
    printf '%s\n' "$ROOT/src" >"$("$PYTHON" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/fielddesk-source.pth"
    stamp_of "$lock" >"$VENV/.$(basename "$lock")"
}

# Two starts at once wait for each other instead of writing one .venv together.
locked() {
    if command -v flock >/dev/null; then
        exec 9>"$ROOT/.venv.lock"
        flock 9
        "$@" 9>&-
        exec 9>&-
    else
        "$@"
    fi
}

prepare() {
    cd "$ROOT" || exit 1
    case "$1" in
        run)
            prepare_system "$RUN_PACKAGES"
            # The longer lock holds all of the shorter one, at the same versions.
            stands "$ROOT/requirements-dev.txt" || locked prepare_venv "$ROOT/requirements.txt"
            ;;
        test)
            prepare_system "$RUN_PACKAGES $TEST_PACKAGES"
            locked prepare_venv "$ROOT/requirements-dev.txt"
            ;;
    esac
}
