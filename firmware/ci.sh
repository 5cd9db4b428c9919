#!/usr/bin/env bash
# Tests the firmware: unit tests, then every level that this machine has the tools for, against
# brokers of its own. CERTGRAB may name the certgrab to test; without it, this repository's is built.
#
# With CERTGRAB_REQUIRE_PARTS=1 nothing is skipped, and root installs what is missing.
set -euo pipefail
cd "$(dirname "$0")"

if [ "${CERTGRAB_REQUIRE_PARTS:-}" = 1 ] && [ "$(id -u)" = 0 ]; then
    packages=(
        # certgrab's and mbedTLS's build, and the brokers
        cmake clang libclang-dev gcc libc6-dev mosquitto ninja-build
        # L2
        libmbedtls-dev
        # L3
        lld picolibc-riscv64-unknown-elf qemu-system-misc
        # L3 to L5: a Rust whose std comes with its sources
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
# From here, so that no rustup meets the toolchain file of `device`.
rustfmt --check --edition 2024 {device,emulated}/{build,src/main}.rs emulated/src/bin/project.rs ../templates/project/esp-hal/https/talk.rs
# One selection for all steps, bench's own builds included: with another, cargo gives the dependencies
# other features, and builds them once more.
selection=(--workspace --all-targets --features firmware-core/std)
cargo clippy "${selection[@]}" -- -D warnings
cargo test "${selection[@]}"
cargo build "${selection[@]}"
"${CARGO_TARGET_DIR:-target}/debug/bench" "$@"
