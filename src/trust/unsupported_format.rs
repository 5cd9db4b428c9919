//! Certificate formats that certgrab recognises but does not support.

use std::fmt;

use der::{Tag, asn1::ObjectIdentifier};

use crate::x509::{
    der::{Elements, only},
    jks,
};

/// A format that is recognised but not supported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// PFX (RFC 7292 section 4), usually encrypted with a password.
    Pkcs12,
    /// The Java key store before version 9.
    JavaKeyStore,
    /// Text in UTF-16, as Windows PowerShell writes it with `>`.
    Utf16,
}

/// id-data and id-signedData (RFC 5652 sections 4 and 5.1), either of which a PFX holds.
const PFX_CONTENTS: [ObjectIdentifier; 2] = [
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1"),
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2"),
];

/// The byte order marks of UTF-16 (RFC 2781 section 3.2).
const BYTE_ORDER_MARKS: [&[u8]; 2] = [&[0xff, 0xfe], &[0xfe, 0xff]];

/// The beginning of PEM in UTF-16 without a mark.
const DASHES: [&[u8]; 2] = [b"-\0-\0-\0-\0", b"\0-\0-\0-\0-"];

impl Format {
    /// The format of `content`, if it is one of these.
    pub(crate) fn of(content: &[u8]) -> Option<Self> {
        let begins = |with: &&[u8]| content.starts_with(with);
        if is_pkcs12(content) {
            Some(Self::Pkcs12)
        } else if jks::is_one(content) {
            Some(Self::JavaKeyStore)
        } else if BYTE_ORDER_MARKS.iter().chain(&DASHES).any(begins) {
            Some(Self::Utf16)
        } else {
            None
        }
    }

    /// What to do about it.
    pub(crate) const fn hint(self) -> &'static str {
        match self {
            Self::Pkcs12 | Self::JavaKeyStore => {
                "convert it with `certgrab convert FILE --emit pem=certificates.pem`"
            }
            Self::Utf16 => "save it as UTF-8 or ASCII",
        }
    }
}

/// Whether `content` is a PFX: version 3, then a contentInfo (RFC 7292 section 4).
fn is_pkcs12(content: &[u8]) -> bool {
    let parts = || {
        let mut parts = Elements::of(only(content)?.value);
        let version = parts.tagged(Tag::Integer)?;
        let kind = Elements::of(parts.sequence()?.value).oid()?;
        Some((version.value, kind))
    };
    parts().is_some_and(|(version, kind)| version == [3] && PFX_CONTENTS.contains(&kind))
}

impl fmt::Display for Format {
    /// Completes the sentence "the file is ...".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pkcs12 => "a PKCS#12 file, which is not supported",
            Self::JavaKeyStore => "a Java key store, which is not supported",
            Self::Utf16 => "text in UTF-16, which is not supported",
        })
    }
}
