//! Writes a [`Bundle`] in the format of its reader.
//!
//! In: a bundle, a [`Format`] and a name for the constants. Out: the bytes of one file, the same on
//! every machine and in every run. The caller writes them.

mod coding;
mod esp_bundle;
#[cfg(feature = "cli")]
mod existing;
mod flash;
mod formats;
mod identifier;
mod outside;
mod partition;
mod pkcs7;
mod sha1;
#[cfg(feature = "cli")]
mod shape;
mod table;
mod template;
mod templates;
mod truststore;
mod variables;

use std::fmt;

#[cfg(feature = "cli")]
pub(crate) use self::existing::{
    Change, are_certificates, change_in, is_own, is_unchanged, text_of,
};
pub use self::flash::flash_bytes;
pub use self::formats::Format;
pub use self::identifier::{Identifier, NotAnIdentifier, Style};
pub use self::table::{FORMATS, format};
pub use self::template::{FILTERS, MAX_TEMPLATE_BYTES, MAX_TEMPLATE_STEPS, MAX_TEMPLATE_TIME};
pub use self::variables::VARIABLES;

use self::formats::{Demand, Kind};
use super::{bundle::Bundle, lock};
use crate::text::{diagnostic::Diagnostic, foreign::Foreign};
use crate::x509::certificate::Key;

/// Why a bundle was not written in a format.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// There is no certificate.
    Empty,
    /// The format holds exactly one certificate.
    OneOnly {
        /// The format.
        format: &'static str,
        /// How many certificates there are.
        found: usize,
    },
    /// The format includes a server, and the certificates are for none.
    NoServer {
        /// The format.
        format: &'static str,
    },
    /// Something is larger than the format allows.
    TooLarge {
        /// The format.
        format: &'static str,
        /// What is too large.
        what: &'static str,
        /// The most bytes it may have.
        limit: usize,
    },
    /// The reader of the format does not support the key.
    UnknownKey {
        /// The format.
        format: &'static str,
        /// The subject of the certificate.
        subject: Foreign,
        /// Its key, in words.
        key: String,
    },
    /// The format needs a feature of certgrab that is disabled.
    FeatureOff {
        /// The format.
        format: &'static str,
        /// The part that needs it.
        what: &'static str,
        /// The feature.
        feature: &'static str,
    },
    /// A template cannot be rendered.
    Template(TemplateError),
}

/// What is wrong with a template, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateError {
    /// The template's file.
    pub file: Foreign,
    /// The line in it, from 1, if that is known.
    pub line: Option<usize>,
    /// The part of the template that fails, if that is known.
    pub words: Option<Foreign>,
    /// What is wrong with it.
    pub problem: Foreign,
    /// What to try next, if that is known.
    pub hint: Option<String>,
}

/// Writes `bundle` in `format`, with constants called `name`.
///
/// # Errors
///
/// [`Error`] if the format cannot hold the bundle; there is no partial output.
pub fn render(bundle: &Bundle, format: Format, name: &Identifier) -> Result<Vec<u8>, Error> {
    check_demand(bundle, format)?;
    match format.kind {
        Kind::Pem => Ok(pem_text(bundle).into_bytes()),
        Kind::Der => Ok(bundle.entries[0].certificate.der().to_vec()),
        Kind::Pkcs7 => {
            pkcs7::pem(bundle).map(String::into_bytes).map_err(|_| no_length(format.name))
        }
        Kind::Lock if !bundle.has_a_server() => Err(Error::NoServer { format: format.name }),
        Kind::Lock => Ok(lock::write(bundle).into_bytes()),
        Kind::EspBundle => esp_bundle::indexed(bundle, format.name),
        Kind::EspBundleV1 => esp_bundle::counted(bundle, format.name),
        Kind::Pkcs12 => truststore::pkcs12(bundle).map_err(|_| no_length(format.name)),
        Kind::CertsAr => Ok(partition::certs_ar(bundle)),
        Kind::EspAtPki => partition::esp_at_pki(bundle, format.name),
        #[cfg(feature = "judge")]
        Kind::Jks => Ok(truststore::jks(bundle)),
        #[cfg(not(feature = "judge"))]
        Kind::Jks => {
            Err(Error::FeatureOff { format: format.name, what: "SHA-1", feature: "judge" })
        }
        #[cfg(not(feature = "judge"))]
        Kind::Source("capath.sh" | "sha1.txt") => {
            Err(Error::FeatureOff { format: format.name, what: "SHA-1", feature: "judge" })
        }
        Kind::Source(template) => template::render(bundle, template, format.name, name),
    }
}

/// The default name of the constants of `bundle`: from its server, or from the kind of certificates.
#[must_use]
pub fn default_name(bundle: &Bundle) -> Identifier {
    match bundle.has_a_server() {
        true => Identifier::for_host(&bundle.host, bundle.constant_suffix()),
        false => Identifier::without_host(bundle.constant_suffix()),
    }
}

/// Writes `bundle` with a user's template; `file` is its name in messages.
///
/// [`VARIABLES`] and [`FILTERS`] are available in it.
///
/// # Errors
///
/// [`Error::Template`] names the line and the part that fails.
pub fn render_template(
    bundle: &Bundle,
    file: &str,
    template: &str,
    name: &Identifier,
) -> Result<Vec<u8>, Error> {
    if bundle.entries.is_empty() {
        return Err(Error::Empty);
    }
    template::render_own(bundle, file, template, name)
}

/// For elements that certgrab builds, `der` can only fail because of a length.
fn no_length(format: &'static str) -> Error {
    Error::TooLarge { format, what: "certificates", limit: u32::from(der::Length::MAX) as usize }
}

/// Whether the format has room for only one certificate.
#[must_use]
pub fn holds_one(format: Format) -> bool {
    matches!(format.demand, Demand::One)
}

/// Refuses a bundle that the format cannot represent.
fn check_demand(bundle: &Bundle, format: Format) -> Result<(), Error> {
    let found = bundle.entries.len();
    match format.demand {
        _ if found == 0 => Err(Error::Empty),
        Demand::Server if !bundle.has_a_server() => Err(Error::NoServer { format: format.name }),
        Demand::One if found > 1 => Err(Error::OneOnly { format: format.name, found }),
        Demand::PemUnder(limit) if pem_text(bundle).len() + 1 >= limit => Err(Error::TooLarge {
            format: format.name,
            what: "PEM text with its NUL",
            limit: limit - 1,
        }),
        Demand::BearSslKeys => {
            let certificates = bundle.entries.iter().map(|entry| &entry.certificate);
            let unknown =
                certificates.into_iter().find(|certificate| !bearssl_knows(certificate.key()));
            unknown.map_or(Ok(()), |certificate| {
                Err(Error::UnknownKey {
                    format: format.name,
                    subject: certificate.subject().text(),
                    key: certificate.key().to_string(),
                })
            })
        }
        Demand::Any | Demand::One | Demand::PemUnder(_) | Demand::Server => Ok(()),
    }
}

/// RSA, and the curves on which BearSSL verifies signatures.
fn bearssl_knows(key: &Key) -> bool {
    matches!(key, Key::Rsa { .. }) || variables::curve(key).is_some()
}

/// The PEM blocks of all entries, one after the other.
fn pem_text(bundle: &Bundle) -> String {
    bundle.entries.iter().map(|entry| entry.certificate.pem()).collect()
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("there is no certificate to write"),
            Self::OneOnly { format, found } => {
                write!(f, "the format `{format}` holds exactly one certificate; found {found}")
            }
            Self::NoServer { format } => {
                write!(f, "the format `{format}` names a server, and none is known")
            }
            Self::TooLarge { format, what, limit } => {
                write!(f, "the format `{format}` holds at most {limit} bytes of {what}")
            }
            Self::UnknownKey { format, subject, key } => write!(
                f,
                "the format `{format}` supports only RSA keys and EC keys on P-256, P-384 and \
                 P-521; the key of `{}` is {key}",
                subject.line()
            ),
            Self::FeatureOff { format, what, feature } => write!(
                f,
                "the format `{format}` needs {what}, which requires the feature `{feature}`"
            ),
            Self::Template(error) => error.fmt(f),
        }
    }
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "template {}", self.file.line())?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        if let Some(words) = &self.words {
            write!(f, ", `{}`", words.line())?;
        }
        write!(f, ": {}", self.problem.line())
    }
}

impl std::error::Error for Error {}

impl Diagnostic for Error {
    fn hint(&self) -> Option<String> {
        match self {
            Self::OneOnly { .. } => Some("use `pem` or `p7b` for several certificates".to_owned()),
            Self::NoServer { .. } => Some("name it with `--host HOST:PORT`".to_owned()),
            Self::UnknownKey { .. } => Some("use `c` or `pem`, which support every key".to_owned()),
            Self::FeatureOff { feature, .. } => Some(format!("enable the feature `{feature}`")),
            Self::Template(error) => error.hint.clone(),
            Self::Empty | Self::TooLarge { .. } => None,
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Empty => "no_certificate",
            Self::OneOnly { .. } => "one_certificate_only",
            Self::NoServer { .. } => "no_server",
            Self::TooLarge { .. } => "too_large",
            Self::UnknownKey { .. } => "unknown_key",
            Self::FeatureOff { .. } => "feature_off",
            Self::Template(_) => "template",
        }
    }

    fn stage(&self) -> &'static str {
        "emit"
    }
}
