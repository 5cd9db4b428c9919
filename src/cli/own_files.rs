//! The device's own certificate and private key as files of a project.
//!
//! In: an [`Identity`] whose parts belong together. Out: the files in which the code of the project
//! looks for it. The key is in no other file. It is written with mode 600, and the `.gitignore` of the
//! project names it.

use std::path::PathBuf;

use pem::{EncodeConfig, LineEnding, Pem};
use rustls_pki_types::PrivateKeyDer;

use crate::chain::Identity;

/// Where a project looks for the device's own certificate and private key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OwnFiles {
    /// Two files in PEM, read when the program starts.
    Pem {
        /// The certificate, then its issuers.
        certificate: &'static str,
        /// The private key.
        key: &'static str,
    },
    /// A header with both as texts in PEM, which the code includes if it is there.
    Header(&'static str),
}

impl OwnFiles {
    /// The files for `identity`, each with its place in the project.
    pub(crate) fn of(self, identity: &Identity) -> Vec<(PathBuf, Vec<u8>)> {
        let (chain, key) = (chain(identity), key(identity));
        match self {
            Self::Pem { certificate, key: place } => {
                vec![(certificate.into(), chain.into_bytes()), (place.into(), key.into_bytes())]
            }
            Self::Header(place) => vec![(place.into(), header(&chain, &key).into_bytes())],
        }
    }
}

fn encoded(label: &str, der: &[u8]) -> String {
    let config = EncodeConfig::new().set_line_ending(LineEnding::LF);
    pem::encode_config(&Pem::new(label, der), config)
}

fn chain(identity: &Identity) -> String {
    identity.chain.iter().map(|one| encoded("CERTIFICATE", one)).collect()
}

/// The labels are those of RFC 7468 section 10, RFC 5915 section 4 and of OpenSSL for PKCS #1.
fn key(identity: &Identity) -> String {
    let label = match &*identity.key {
        PrivateKeyDer::Pkcs1(_) => "RSA PRIVATE KEY",
        PrivateKeyDer::Sec1(_) => "EC PRIVATE KEY",
        _ => "PRIVATE KEY",
    };
    encoded(label, identity.key.secret_der())
}

/// Base64 and boundaries have nothing in them that C would read otherwise.
fn header(chain: &str, key: &str) -> String {
    let text =
        |pem: &str| pem.lines().map(|line| format!("\n    \"{line}\\n\"")).collect::<String>();
    format!(
        "/* The device's own certificate and private key. Keep this file secret: git ignores it. */\n\
         #pragma once\n\n\
         static const char DEVICE_CERTIFICATE[] ={};\n\n\
         static const char DEVICE_KEY[] ={};\n",
        text(chain),
        text(key)
    )
}
