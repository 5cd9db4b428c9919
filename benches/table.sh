#!/usr/bin/env bash
# Prints the figures of docs/performance.md that compare certgrab with other programs. Takes about ten
# minutes on an idle machine:
#   benches/table.sh BED STATIC GLIBC
# BED is the developers' bed (`../shared/perf`, set up with its setup.sh), STATIC and GLIBC are the two
# builds of that page. GOGRAB is the path of the Go program; the default is BED/gograb/gograb, if it exists.
set -uo pipefail
[ $# = 3 ] || { sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 2; }
bed=$(realpath "$1")
static=$(realpath "$2")
glibc=$(realpath "$3")
certificates=$bed/bed/certs
cleartext="--handshake cleartext --sni bench.test --roots $certificates/root-ec.pem --roots $certificates/root-rsa.pem"
[ -n "${GOGRAB:-}" ] || [ ! -x "$bed/gograb/gograb" ] || export GOGRAB=$bed/gograb/gograb

part() { printf '\n== %s\n' "$1"; shift; printf '$ %s\n' "$*"; "$@" || echo "failed with $?"; }

cd "$bed" || exit 2
for build in static glibc; do
  export CERTGRAB=${!build}
  part "single grab, $build, ECDSA" ./single.sh 0 4431 31
  part "single grab, $build, RSA" ./single.sh 0 4434 31
done
export CERTGRAB=$static
part "single grab at 50 ms, TLS 1.2" ./single.sh 50 4432 9
part "single grab at 50 ms, TLS 1.3" ./single.sh 50 4433 9
part "many targets" ./bulk.sh 0 4431 20000 3
for threads in 1 2; do
  export CERTGRAB_ARGS="$cleartext --threads $threads"
  part "a server without cryptography, $threads threads" ./canned.sh 20000 3
done
export CERTGRAB_ARGS="$cleartext"
part "10,000 connections in flight" ./tarpit.sh 10000
part "memory from 2,000 to 100,000 targets" ./stream.sh
