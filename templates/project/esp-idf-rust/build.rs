//! Passes ESP-IDF's settings and linker arguments on to this crate.

fn main() {
    embuild::espidf::sysenv::output();
}
