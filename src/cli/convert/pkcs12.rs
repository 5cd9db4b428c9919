//! The certificates in a PKCS #12 file (RFC 7292), which is usually encrypted.
//!
//! In: bytes, and the passwords to try. Out: the certificates. Private keys are ignored.

use std::{
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use p12_keystore::{Pkcs12Archive, error::Error};

use crate::x509::certificate::Certificate;

/// How long the passwords may be tried: the file says how often each is hashed, a million times at
/// most for each of its parts (p12-keystore, `MAX_KDF_ITERATIONS`), and usual files say 2048.
pub(super) const MAX_TIME: Duration = Duration::from_secs(30);

/// Why there are no certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Problem {
    /// None of the passwords opens it.
    Password,
    /// It took longer than [`MAX_TIME`].
    TooLong,
    /// It cannot be read, in the words of the reader.
    Unreadable(String),
}

/// Reads `content` with the first of `passwords` that opens it.
pub(super) fn read(content: &[u8], passwords: &[String]) -> Result<Vec<Certificate>, Problem> {
    let (answer, answered) = mpsc::channel();
    let (content, passwords) = (content.to_vec(), passwords.to_vec());
    let started = Instant::now();
    // Hashing cannot be stopped: when the time is up, the thread is left behind.
    thread::spawn(move || {
        let mut problem = Problem::Password;
        for password in &passwords {
            match open(&content, password) {
                Err(other) if started.elapsed() < MAX_TIME => {
                    // A file that cannot be read at all is a more useful message than a wrong password.
                    if other != Problem::Password {
                        problem = other;
                    }
                }
                outcome => {
                    let _ = answer.send(outcome);
                    return;
                }
            }
        }
        let _ = answer.send(Err(problem));
    });
    answered.recv_timeout(MAX_TIME).unwrap_or(Err(Problem::TooLong))
}

fn open(content: &[u8], password: &str) -> Result<Vec<Certificate>, Problem> {
    let unreadable = |problem: String| Problem::Unreadable(problem);
    let archive = Pkcs12Archive::from_pkcs12(content, password).map_err(|error| match error {
        // A wrong password shows in the MAC, or in what is decrypted without one.
        Error::MacError(_) | Error::UnpadError | Error::Pkcs5Error(_) => Problem::Password,
        Error::UnsupportedEncryptionScheme | Error::UnsupportedMacAlgorithm => {
            unreadable("its encryption is not supported".to_owned())
        }
        Error::InvalidParameters => {
            unreadable("its password is hashed more than a million times".to_owned())
        }
        _ => unreadable("a part of it is not as PKCS #12 says".to_owned()),
    })?;
    let ders = archive.certs.iter().map(|bag| bag.cert.as_der());
    let certificates = ders.map(Certificate::from_der).collect::<Result<Vec<_>, _>>();
    certificates.map_err(|error| unreadable(error.to_string()))
}
