# Everyday commands; `just` lists them. https://just.systems

# Show what there is
default:
    @just --list --unsorted

# The whole job on this machine, without a network
demo:
    cargo run -- demo

# The tests whose names contain one of NAMES, or all tests
test *NAMES:
    cargo test -- {{ NAMES }}

# Format and lint as CI does
lint:
    cargo fmt
    cargo clippy --all-targets --all-features -- -D warnings
    cargo clippy --lib --no-default-features -- -D warnings

# Write the golden files again, then show what changed
bless:
    CERTGRAB_BLESS=1 cargo test -- golden every_mistake_of_the_collection
    git diff --stat -- tests

# The documentation of the library
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --all-features --open

# Fuzz TARGETS for a minute each, or all of them
fuzz *TARGETS:
    bash .ci/fuzz {{ TARGETS }}

# Measure the stages
bench:
    cargo bench

# Build the wheel and the npm packages, install them and try them
packages:
    bash .ci/wheel
    bash .ci/npm
    bash .ci/release-files

# Everything that must hold before a change lands
ci:
    bash .ci/run
