#!/usr/bin/env bash
# Tests the firmware: unit tests, then every level whose tools are installed, against local brokers.
# CERTGRAB is the path of the certgrab to test; without it, this repository's is built.
#
# With CERTGRAB_REQUIRE_PARTS=1 a missing tool is a failure, and root installs missing packages first.
set -euo pipefail
cd "$(dirname "$0")"

if [ "${CERTGRAB_REQUIRE_PARTS:-}" = 1 ] && [ "$(id -u)" = 0 ]; then
    packages=(
        # to build certgrab and mbedTLS, and the broker
        cmake clang libclang-dev gcc libc6-dev mosquitto ninja-build
        # L2
        libmbedtls-dev
        # L3
        lld picolibc-riscv64-unknown-elf qemu-system-misc
        # L3 to L5: a Rust with the sources of its std
        cargo-web rust-web-src rustc-web
    )
    missing=()
    for package in "${packages[@]}"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    if [ "${#missing[@]}" -gt 0 ]; then
        apt-get -qq update
        DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${missing[@]}"
    fi
fi

cargo fmt --check
# Run in this folder, so that rustup does not read the toolchain file of `device`.
rustfmt --check --edition 2024 {device,emulated}/{build,src/main}.rs emulated/src/bin/project.rs ../templates/project/esp-hal/https/talk.rs
# All steps use the same selection, as do the builds that bench starts: with another selection, cargo
# unifies features differently and rebuilds the dependencies.
selection=(--workspace --all-targets --features firmware-core/std)
cargo clippy "${selection[@]}" -- -D warnings
cargo test "${selection[@]}"
cargo build "${selection[@]}"
"${CARGO_TARGET_DIR:-target}/debug/bench" "$@"
