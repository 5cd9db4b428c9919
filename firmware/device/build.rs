//! Passes ESP-IDF's settings and linker arguments to this crate.

fn main() {
    embuild::espidf::sysenv::output();
}
