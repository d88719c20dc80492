#!/bin/sh
# Installs the Debian packages named as arguments, unless they are all there.
# Nothing is asked: sudo is used only by a user who is not root.
set -eu

if ! command -v dpkg-query >/dev/null 2>&1; then
  echo "deps: not a Debian system; these must be present: $*" >&2
  exit 0
fi

missing=
for package in "$@"; do
  state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -eq 0 ]; then
  as_root=
elif command -v sudo >/dev/null 2>&1; then
  as_root=sudo
else
  echo "deps: root must install these packages:$missing" >&2
  exit 1
fi

echo "deps: installing$missing" >&2
$as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q
# shellcheck disable=SC2086 # a list of names, split on purpose
$as_root env DEBIAN_FRONTEND=noninteractive \
  apt-get install -q -y --no-install-recommends $missing
