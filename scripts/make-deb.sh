#!/bin/sh
# Makes a Debian package of a program that scripts/link.sh linked.
#
# usage: make-deb.sh ZK FOLDER   the package appears in FOLDER
# environment: DEB_MAINTAINER    "Name <mail>"; git's user.name and user.email if not set
set -eu

zk=$(realpath "$1")
folder=$(realpath "$2")
cd "$(dirname "$0")/.."

version=$("$zk" --version)
architecture=$(dpkg --print-architecture)
maintainer=${DEB_MAINTAINER:-}
if [ -z "$maintainer" ]; then
  name=$(git config user.name || echo "zk packager")
  maintainer="$name <$(git config user.email || echo zk@localhost.localdomain)>"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
doc=$root/usr/share/doc/zk
install -d "$root/usr/bin" "$root/DEBIAN" "$doc" "$work/debian"
install -m 755 "$zk" "$root/usr/bin/zk"
scripts/install-data.sh install "$root/usr" share/zsh/vendor-completions
gzip -9n "$root"/usr/share/man/man1/*.1

{
  echo "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/"
  echo "Upstream-Name: zk"
  echo
  echo "Files: *"
  sed -n 's/^Copyright (c) /Copyright: /p' LICENSE
  echo "License: Expat"
  # The text of the licence, without its title and the line of the copyright.
  sed '1,/^Copyright/d; 1d' LICENSE | sed '/./,$!d; s/^$/./; s/^/ /'
} >"$doc/copyright"
{
  echo "zk ($version) unstable; urgency=medium"
  echo
  echo "  * Built from the sources by make deb."
  echo
  echo " -- $maintainer  $(date -R -d "@$(git log -1 --format=%ct 2>/dev/null || date +%s)")"
} | gzip -9n >"$doc/changelog.gz"
chmod 644 "$doc"/*

# What the program is linked with; dpkg-shlibdeps wants a source package's control file.
printf 'Source: zk\n\nPackage: zk\nArchitecture: any\n' >"$work/debian/control"
depends=$(cd "$work" && dpkg-shlibdeps -O -e root/usr/bin/zk 2>/dev/null |
  sed 's/^shlibs:Depends=//')
# Loaded while the program runs.
depends="$depends, libopenblas0"

cat >"$root/DEBIAN/control" <<EOF
Package: zk
Version: $version
Architecture: $architecture
Maintainer: $maintainer
Installed-Size: $(du -sk --apparent-size "$root/usr" | cut -f1)
Depends: $depends
Section: text
Priority: optional
Description: learned segments, latents and generation of text
 zk is a Unix filter that trains and runs a hierarchical diffusion language
 model over bytes. It splits text into segments that the model has learned,
 encodes documents as vectors and decodes them again, generates text and fills
 gaps in it.
 .
 A small model comes with the package; zk trains others on plain lines, JSONL
 or Wikipedia dumps.
EOF
(cd "$root" && find usr -type f -print0 | sort -z | xargs -0 md5sum >DEBIAN/md5sums)

package=$folder/zk_${version}_$architecture.deb
dpkg-deb --root-owner-group -Zxz --build "$root" "$package" >/dev/null
echo "$package"
