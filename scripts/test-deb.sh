#!/bin/sh
# Installs a Debian package in a new, minimal Debian and runs the program there: with nothing but
# the packages that it declares, and once more without /proc. Needs root and debootstrap.
#
# usage: test-deb.sh PACKAGE [SUITE]
set -eu

package=$(realpath "$1")
suite=${2:-$(. /etc/os-release && echo "$VERSION_CODENAME")}

work=$(mktemp -d)
root=$work/root
clean_up() {
  umount "$root/proc" 2>/dev/null || true
  rm -rf "$work"
}
trap clean_up EXIT

debootstrap --variant=minbase "$suite" "$root" >"$work/log" 2>&1 || {
  tail -n 5 "$work/log" >&2
  exit 1
}
cp "$package" "$root/zk.deb"
in_root() { chroot "$root" env -i PATH=/usr/bin:/bin:/usr/sbin:/sbin LC_ALL=C "$@"; }

umount "$root/proc" 2>/dev/null || true
mount -t proc proc "$root/proc"
in_root apt-get update -q >"$work/log" 2>&1
in_root env DEBIAN_FRONTEND=noninteractive \
  apt-get install -q -y --no-install-recommends /zk.deb >"$work/log" 2>&1 || {
  tail -n 20 "$work/log" >&2
  exit 1
}

# try WHERE: splits, encodes and decodes a line by the program's own model.
try() {
  text=$(printf 'the river rises in the hills\n' |
    chroot "$root" env -i PATH=/usr/bin:/bin zk split --format text --separator '')
  [ "$text" = "the river rises in the hills" ] || {
    echo "test-deb: $1: zk split gives '$text'" >&2
    exit 1
  }
  printf 'the river rises in the hills\n' |
    chroot "$root" env -i PATH=/usr/bin:/bin sh -c 'zk encode | zk decode' >/dev/null
  echo "$1: zk split, encode and decode run"
}

try "with /proc"
umount "$root/proc"
try "without /proc"
chroot "$root" env -i PATH=/usr/bin:/bin zk --version --verbose
mount -t proc proc "$root/proc"
in_root env DEBIAN_FRONTEND=noninteractive apt-get purge -q -y zk >"$work/log" 2>&1
if [ -e "$root/usr/share/zk" ] || [ -e "$root/usr/bin/zk" ]; then
  echo "test-deb: files are left behind after removal" >&2
  exit 1
fi
echo "removed without a trace"
