//! The test CA of the lab, in a folder: its secret, its lifetime, its anchor.
//!
//! Its anchor has no nameConstraints, which would limit it to one host: mbedTLS cannot read them.
//! Instead its name identifies it as a test CA, and it expires after [`DAYS`] days.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::cases::{CASES, Case, Life, Presentable};
use super::pki::{Keyring, Seed};
use crate::text::{bounded_file, ignore_list, time::Time};

/// How long the test CA lasts, in days: longer than work on a firmware takes, and shorter than a
/// firmware is used.
pub const DAYS: i64 = 30;

/// The most octets of the file with the secret; it has about 120.
pub const MAX_SECRET_BYTES: usize = 4096;

/// The file with the secret, of mode 600.
pub(crate) const SECRET: &str = "secret.json";

/// The test CA.
#[derive(Debug)]
pub struct Authority {
    keys: Keyring,
    /// Its validity.
    pub life: Life,
    /// The files of a new test CA, to be written; empty for an existing one.
    pub files: Vec<File>,
}

/// A file to write.
#[derive(Debug)]
pub struct File {
    /// Its path.
    pub path: PathBuf,
    /// Its content.
    pub text: String,
    /// Whether only its owner may read it.
    pub is_secret: bool,
}

/// The content of the file.
#[derive(Serialize, Deserialize)]
struct Secret {
    schema: u8,
    about: String,
    valid_from: String,
    seed: String,
}

/// Why there is no test CA.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// One of its files could not be read or written.
    File(PathBuf, io::Error),
    /// The file with the secret is not certgrab's.
    Foreign(PathBuf),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path, error) => write!(f, "cannot use {}: {error}", path.display()),
            Self::Foreign(path) => write!(f, "{} is not a file of certgrab lab", path.display()),
        }
    }
}

impl Authority {
    /// The test CA in `folder`; a new one if there is none or if it ends within a day of `now`. Nothing
    /// is written.
    ///
    /// # Errors
    ///
    /// [`Error`] if a file cannot be read, or was not written by certgrab.
    pub fn in_folder(folder: &Path, now: Time) -> Result<Self, Error> {
        let failed = |error| Error::File(folder.to_owned(), error);
        let path = folder.join(SECRET);
        let kept = match bounded_file::read_text(&path, MAX_SECRET_BYTES) {
            Ok(text) => Some(read(&text).ok_or_else(|| Error::Foreign(path.clone()))?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(Error::File(path, error)),
        };
        let lasting = kept.filter(|(_, life)| now.plus_days(1) < life.to && life.from <= now);
        let (seed, life, files) = match lasting {
            Some((seed, life)) => (seed, life, Vec::new()),
            None => {
                // An hour earlier, for a device whose clock is slow.
                let life = life_from(Time::from_unix(now.unix() - 3_600));
                let seed = Seed::random().map_err(failed)?;
                let secret = File { path, text: written(&seed, life), is_secret: true };
                let ignored = ignored(folder).map_err(failed)?;
                (seed, life, ignored.into_iter().chain([secret]).collect())
            }
        };
        Ok(Self { keys: Keyring::secret(folder, seed), life, files })
    }

    /// What the server of `case` presents to a device that expects `host`.
    ///
    /// # Errors
    ///
    /// An error of the file system, where keys are kept.
    pub fn present(&self, case: &Case, host: &str) -> io::Result<Presentable> {
        case.present(host, self.life, &self.keys)
    }

    /// The sound chain for `host`, leaf first, and the anchor.
    ///
    /// # Errors
    ///
    /// An error of the file system, where keys are kept.
    pub fn sound(&self, host: &str) -> io::Result<(Vec<Vec<u8>>, Vec<u8>)> {
        let built = self.present(&CASES[0], host)?.built;
        let anchor = built.anchors.into_iter().next().unwrap_or_default();
        Ok((built.sent, anchor))
    }

    /// Its keys.
    pub(crate) fn keys(&self) -> &Keyring {
        &self.keys
    }
}

/// What git ignores in a folder that belongs to the lab: everything.
const ALL: &str = "*";
/// The lab's files in a folder with other files.
const OWN_FILES: [&str; 3] = ["/secret.json", "/rsa*.pem", "/ca.pem"];

/// The text of the file with the secret.
fn written(seed: &Seed, life: Life) -> String {
    let secret = Secret {
        schema: 1,
        about: "the secret of a test CA of certgrab lab; keep it out of repositories".to_owned(),
        valid_from: life.from.to_string(),
        seed: seed.octets().iter().map(|octet| format!("{octet:02x}")).collect(),
    };
    serde_json::to_string_pretty(&secret).unwrap_or_default() + "\n"
}

/// The `.gitignore` that keeps the lab's files out of git; an existing one keeps its lines.
fn ignored(folder: &Path) -> io::Result<Option<File>> {
    let path = folder.join(ignore_list::NAME);
    let text = match ignore_list::read(&path)? {
        Some(text) if text.lines().any(|line| line.trim_end() == ALL) => return Ok(None),
        None if !has_files(folder)? => format!("{ALL}\n"),
        Some(text) => OWN_FILES.into_iter().fold(text, ignore_list::with_line),
        None => {
            let own_list = format!("/{}", ignore_list::NAME);
            let lines = OWN_FILES.into_iter().chain([own_list.as_str()]);
            lines.fold(String::new(), ignore_list::with_line)
        }
    };
    Ok(Some(File { path, text, is_secret: false }))
}

fn has_files(folder: &Path) -> io::Result<bool> {
    match fs::read_dir(folder) {
        Ok(mut entries) => Ok(entries.next().is_some()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn life_from(from: Time) -> Life {
    Life { from, to: from.plus_days(DAYS) }
}

fn read(text: &str) -> Option<(Seed, Life)> {
    let secret: Secret = serde_json::from_str(text).ok()?;
    let digits = secret.seed.as_bytes();
    if secret.schema != 1 || !digits.is_ascii() {
        return None;
    }
    let octet = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let octets: Option<Vec<_>> = digits.chunks(2).map(octet).collect();
    Some((Seed::of(&octets?)?, life_from(secret.valid_from.parse().ok()?)))
}
