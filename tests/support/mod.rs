//! The building blocks of tests: certificates, servers, and runs of the command.

pub(crate) mod authority;
pub(crate) mod front;
pub(crate) mod maze;
pub(crate) mod pki;
pub(crate) mod real;
pub(crate) mod remade;
mod resolver;
pub(crate) mod run;
pub(crate) mod server;
pub(crate) mod yaml;

pub(crate) use authority::Authority;
pub(crate) use pki::Pki;
pub(crate) use run::{Run, certgrab, grab, run};
pub(crate) use server::Server;

/// `text` without the checksum of a text that certgrab wrote.
pub(crate) fn without_checksum(text: &str) -> String {
    match text.split_once("hecksum: ") {
        Some((before, after)) => {
            format!("{before}{}", after.trim_start_matches(|one: char| one.is_ascii_hexdigit()))
        }
        None => text.to_owned(),
    }
}
