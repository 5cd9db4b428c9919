# Everyday commands; `just` lists them. https://just.systems

# List the recipes
default:
    @just --list --unsorted

# Run the demo, which needs no network
demo:
    cargo run -- demo

# Run the tests whose names contain one of NAMES, or all tests
test *NAMES:
    cargo test -- {{ NAMES }}

# Format and lint as CI does
lint:
    bash .ci/format
    cargo clippy --all-targets --all-features -- -D warnings
    cargo clippy --lib --no-default-features -- -D warnings

# Regenerate the golden files, then show the changes
bless:
    CERTGRAB_BLESS=1 cargo test -- golden every_mistake_of_the_collection
    git diff --stat -- tests

# Build and open the documentation of the library
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --all-features --open

# Fuzz TARGETS, or all of them, for a minute each
fuzz *TARGETS:
    bash .ci/fuzz {{ TARGETS }}

# Run the benchmarks
bench:
    cargo bench

# Build the wheel and the npm packages, install them and test them
packages:
    bash .ci/wheel
    bash .ci/npm
    bash .ci/release-files

# Run all checks that must pass before a change is merged
ci:
    bash .ci/run
