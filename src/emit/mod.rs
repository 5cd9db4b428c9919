//! Writes a [`Bundle`] in the form that its reader takes.
//!
//! In: a bundle, a [`Format`] and a name for the constants. Out: the bytes of one file, the same
//! on every machine and at every run. Writing them somewhere is left to the caller.

mod identifier;
mod pkcs7;
mod source;

use std::fmt;

pub use identifier::{Identifier, NotAnIdentifier};

use crate::{bundle::Bundle, lock};

/// A form that some reader takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Format {
    /// The name on the command line; it does not change.
    pub name: &'static str,
    /// When to use it.
    pub purpose: &'static str,
    /// Whether the output is text.
    pub is_text: bool,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The PEM blocks one after the other.
    Pem,
    /// The one certificate in PEM.
    Cer,
    /// The one certificate in DER.
    Der,
    /// PKCS #7 in PEM.
    Pkcs7,
    /// The lock that builds read.
    Lock,
    /// Generated source, by the name of its template.
    Source(&'static str),
}

/// All forms, in the order in which they are listed.
pub const FORMATS: &[Format] = &[
    text("pem", "PEM blocks, for most tools and libraries", Kind::Pem),
    text("cer", "one certificate as Base64 X.509, as browsers export it", Kind::Cer),
    Format {
        name: "der",
        purpose: "one certificate in DER, the shortest whole form",
        is_text: false,
        kind: Kind::Der,
    },
    text("p7b", "a chain as PKCS #7 (RFC 7468 section 8), as Windows imports it", Kind::Pkcs7),
    text("lock", "the PEM blocks with their facts, to commit: builds read it", Kind::Lock),
    text("c", "a C or C++ header with PEM text, for mbedTLS and ESP-IDF", Kind::Source("c.h")),
    text("rust", "Rust constants: PEM, C string and DER, no_std", Kind::Source("rust.rs")),
];

const fn text(name: &'static str, purpose: &'static str, kind: Kind) -> Format {
    Format { name, purpose, is_text: true, kind }
}

/// Why a bundle was not written in a form.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The form takes exactly one certificate.
    OneOnly {
        /// The form.
        format: &'static str,
        /// How many there are.
        found: usize,
    },
    /// A template cannot be rendered.
    Template(minijinja::Error),
}

/// The format called `name`, if there is one.
#[must_use]
pub fn format(name: &str) -> Option<Format> {
    FORMATS.iter().find(|format| format.name == name).copied()
}

/// Writes `bundle` in `format`, with constants called `name`.
///
/// # Errors
///
/// [`Error::OneOnly`] if the form has room for one certificate and there are several.
pub fn render(bundle: &Bundle, format: Format, name: &Identifier) -> Result<Vec<u8>, Error> {
    match format.kind {
        Kind::Pem => Ok(pem_text(bundle).into_bytes()),
        Kind::Cer => Ok(only(bundle, format)?.pem().into_bytes()),
        Kind::Der => Ok(only(bundle, format)?.der().to_vec()),
        Kind::Pkcs7 => Ok(pkcs7::pem(bundle).into_bytes()),
        Kind::Lock => Ok(lock::write(bundle).into_bytes()),
        Kind::Source(template) => source::render(bundle, template, format, name),
    }
}

/// The PEM blocks of all entries, one after the other.
fn pem_text(bundle: &Bundle) -> String {
    bundle.entries.iter().map(|entry| entry.certificate.pem()).collect()
}

fn only(bundle: &Bundle, format: Format) -> Result<&crate::certificate::Certificate, Error> {
    match bundle.entries.as_slice() {
        [one] => Ok(&one.certificate),
        more => Err(Error::OneOnly { format: format.name, found: more.len() }),
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OneOnly { format, found } => {
                write!(f, "the format `{format}` takes exactly one certificate, there are {found}")
            }
            Self::Template(error) => write!(f, "template: {error}"),
        }
    }
}

impl std::error::Error for Error {}

impl Error {
    /// What to try next, where that is known.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::OneOnly { .. } => Some("`pem` and `p7b` take several".to_owned()),
            Self::Template(_) => None,
        }
    }
}
