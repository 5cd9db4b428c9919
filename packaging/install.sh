#!/usr/bin/env bash
# Installs the certgrab command of a release: `install.sh RELEASES VERSION FOLDER`.
#
# RELEASES is the base URL of the release files, on GitHub
# https://github.com/OWNER/REPOSITORY/releases/download. The archive is installed only if its hash is
# in the release's SHA256SUMS.
set -euo pipefail
releases=$1 version=${2#v} folder=$3

case $(uname -s)-$(uname -m) in
  Linux-x86_64) target=x86_64-unknown-linux-musl ;;
  Linux-aarch64) target=aarch64-unknown-linux-musl ;;
  Darwin-arm64) target=aarch64-apple-darwin ;;
  MINGW*-x86_64 | MSYS*-x86_64) target=x86_64-pc-windows-msvc ;;
  *) echo "no release is built for $(uname -s) on $(uname -m)" >&2; exit 1 ;;
esac
archive=certgrab-$target.tar.gz
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
for file in "$archive" SHA256SUMS; do
  curl --fail --silent --show-error --location --proto '=https,file' --proto-redir '=https' \
    --retry 3 --max-time 120 --output "$place/$file" "$releases/v$version/$file"
done
cd "$place"
grep "  $archive\$" SHA256SUMS >expected || { echo "SHA256SUMS does not list $archive" >&2; exit 1; }
if command -v sha256sum >/dev/null; then sha256sum --check --quiet expected; else shasum -a 256 -c expected; fi
tar -xzf "$archive"
mkdir -p "$folder"
file=certgrab
[[ "$target" != *-windows-* ]] || file=certgrab.exe
mv "$file" "$folder"
