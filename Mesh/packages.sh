# Shell functions for Mesh's commands: install what is missing, and nothing else. Sourced, never run.

# One line a step, so that a person sees that something is happening.
say() { printf '%s\n' "$*" >&2; }
fail() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }

# What building needs: the sidecar links OpenSSL and libyaml.
readonly BUILD_PACKAGES="libssl-dev libyaml-dev pkg-config openssl python3"
# What Mesh/bench runs beside it.
readonly BENCH_PACKAGES="haproxy nginx wrk nghttp2-client strace gcc libc6-dev binutils util-linux python3-venv"
# What the end-to-end tests run beside it.
readonly TEST_PACKAGES="haproxy nginx curl wrk slowhttptest strace gcc libc6-dev util-linux python3-venv binutils prometheus"
# What Mesh/test --peers runs beside it.
readonly PEER_PACKAGES="chromium libnss3-tools"

# need_packages NAME…: installs the Debian packages among them that are not installed.
need_packages() {
    local missing=() name
    for name in "$@"; do
        dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || missing+=("$name")
    done
    [ ${#missing[@]} -eq 0 ] && return
    command -v apt-get >/dev/null || fail "these packages are missing, and there is no apt-get: ${missing[*]}"
    [ "$(id -u)" -eq 0 ] || fail "missing packages; run: sudo apt-get install -y ${missing[*]}"
    say "Installing ${missing[*]} …"
    local log; log="$(mktemp)"
    # Services that a package starts would take ports: policy-rc.d of 101 says no for the time of the install.
    local policy=/usr/sbin/policy-rc.d made=""
    if [ ! -e "$policy" ]; then printf '#!/bin/sh\nexit 101\n' >"$policy"; chmod +x "$policy"; made=1; fi
    if ! { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        "${missing[@]}"; } >"$log" 2>&1; then
        [ -n "$made" ] && rm -f "$policy"
        tail -n 20 "$log" >&2
        fail "could not install: ${missing[*]}"
    fi
    [ -n "$made" ] && rm -f "$policy"
    rm -f "$log"
}

need_swift() {
    command -v swift >/dev/null || fail "swift is not in PATH; install Swift 6.3 or later from swift.org"
}

# need_venv DIRECTORY PACKAGE…: a virtual environment that holds these PyPI packages.
need_venv() {
    local directory="$1" wanted; shift
    wanted="$*"
    [ "$(cat "$directory/wanted" 2>/dev/null)" = "$wanted" ] && return
    say "Installing from PyPI: $wanted …"
    /usr/bin/python3 -m venv "$directory" || fail "could not make a virtual environment in $directory"
    "$directory/bin/pip" install --quiet --disable-pip-version-check "$@" >&2 || fail "could not install: $wanted"
    printf '%s' "$wanted" >"$directory/wanted"
}

# build_sidecar: the release binary, with one line of progress that is rewritten on a terminal.
build_sidecar() {
    local log=.build/mesh/build.log start=$SECONDS
    mkdir -p .build/mesh
    say "Building outrigger-sidecar (release; the first time takes some minutes) …"
    swift build -c release --product outrigger-sidecar --static-swift-stdlib >"$log" 2>&1 &
    local build=$!
    trap 'kill "$build" 2>/dev/null; exit 130' INT TERM
    while kill -0 "$build" 2>/dev/null; do
        if [ -t 2 ]; then printf '\r\033[K  %3d s  %s' $((SECONDS - start)) "$(tail -n 1 "$log" | cut -c 1-70)" >&2; fi
        if [ ! -t 2 ] && [ $(((SECONDS - start) % 20)) -eq 19 ]; then
            say "  $((SECONDS - start)) s  $(tail -n 1 "$log" | cut -c 1-100)"
        fi
        sleep 1
    done
    trap - INT TERM
    [ -t 2 ] && printf '\r\033[K' >&2
    if ! wait "$build"; then
        grep -E 'error:|warning:' "$log" | head -n 20 >&2 || true
        tail -n 20 "$log" >&2
        fail "the build failed; its whole output is in $log"
    fi
    say "Built in $((SECONDS - start)) s."
}
