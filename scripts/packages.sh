# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2034
# Sourced by start and test: which Debian or Ubuntu packages, and getting them.
# Nothing is installed, and no list refreshed, when nothing is missing.
export DEBIAN_FRONTEND=noninteractive

BUILD_PACKAGES=(gcc libc6-dev ninja-build cmake pkg-config zlib1g-dev
  libopenblas-serial-dev libjansson-dev libsndfile1-dev libxxhash-dev)
RUN_PACKAGES=(gnuplot-nox)
TEST_PACKAGES=(g++ binutils libcmocka-dev valgrind util-linux alsa-utils)

is_installed() {
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# The names among $@ that are not installed.
missing_packages() {
  local name
  for name in "$@"; do
    is_installed "$name" || printf '%s\n' "$name"
  done
}

# Runs a command as root, or says why it cannot.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo DEBIAN_FRONTEND=noninteractive "$@"
  else
    return 1
  fi
}

# Installs what is missing of $@; without the right to, prints the line that
# does it and stops.
need_packages() {
  local missing
  mapfile -t missing < <(missing_packages "$@")
  [ ${#missing[@]} = 0 ] && return
  if ! command -v apt-get >/dev/null; then
    echo "This is neither Debian nor Ubuntu. Install what these packages" \
      "hold, then build by hand (docs/building.md): ${missing[*]}" >&2
    exit 1
  fi
  echo "Missing, to be installed: ${missing[*]}"
  if ! { as_root apt-get -qq update </dev/null &&
    as_root apt-get -qq install -y --no-install-recommends "${missing[@]}" \
      </dev/null; }; then
    echo "Could not install them. As root, run this line, then try again:" >&2
    echo "  apt-get update && apt-get install -y --no-install-recommends" \
      "${missing[*]}" >&2
    exit 1
  fi
}

# The newest clang that checks function effects: 22, 21 or 20; first among
# those installed, then among those that the archive offers. Nothing if none.
newest_clang() {
  local version
  for version in 22 21 20; do
    is_installed "clang-$version" && { echo "$version"; return; }
  done
  for version in 22 21 20; do
    case $(apt-cache policy "clang-$version" 2>/dev/null) in
      *Candidate:\ [0-9]*) echo "$version"; return ;;
    esac
  done
}

# Sets CLANG_VERSION, empty where there is none to be had, and CLANG_PACKAGES.
find_clang() {
  CLANG_PACKAGES=()
  CLANG_VERSION=$(newest_clang)
  if [ -z "$CLANG_VERSION" ] && command -v apt-get >/dev/null; then
    as_root apt-get -qq update </dev/null || true
    CLANG_VERSION=$(newest_clang)
  fi
  if [ -n "$CLANG_VERSION" ]; then
    CLANG_PACKAGES=("clang-$CLANG_VERSION" "libclang-rt-$CLANG_VERSION-dev"
      "clang-format-$CLANG_VERSION" "clang-tidy-$CLANG_VERSION"
      "llvm-$CLANG_VERSION")
  fi
}
