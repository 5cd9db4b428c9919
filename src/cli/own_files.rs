//! The device's own certificate and private key as files of a project, or next to constants.
//!
//! In: an [`Identity`] whose parts belong together. Out: the files in which the code of the device
//! looks for it. The key is in no other file. It is written with mode 600, and a `.gitignore` in the
//! project or in its own folder names it.

use std::path::{Path, PathBuf};

use pem::{EncodeConfig, LineEnding, Pem};
use rustls_pki_types::PrivateKeyDer;

use crate::{
    chain::Identity,
    text::{foreign::Foreign, git_index, ignore_list},
    x509::private_key,
};

use super::{
    args::{Emission, Form},
    command_words,
    failure::Failure,
    output,
    projects::OwnFiles,
    style::Display,
};

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

/// The language of a file next to constants, by the formats of the constants.
struct Language {
    file: &'static str,
    /// Separated by commas.
    formats: &'static str,
    text: fn(&str, &str) -> String,
}

const LANGUAGES: [Language; 3] = [
    Language {
        file: "device_identity.h",
        formats: "c,arduino,esp8266,esp-idf,pico,zephyr,nrf-modem,freertos,mbedtls,mongoose",
        text: header,
    },
    Language { file: "device_identity.rs", formats: "rust,rust-esp-idf", text: rust },
    Language { file: "device_identity.py", formats: "micropython,circuitpython", text: python },
];

/// The files with `identity` next to the files of `emissions` whose code uses it, each in the folder of
/// the constants, and before it the `.gitignore` there that names it.
pub(crate) fn next_to_constants(
    emissions: &[Emission],
    identity: &Identity,
) -> Result<Vec<(PathBuf, Vec<u8>)>, Failure> {
    let mut files: Vec<(PathBuf, Vec<u8>)> = Vec::new();
    for emission in emissions {
        let (Form::Certificates(format), Some(path)) = (&emission.form, &emission.path) else {
            continue;
        };
        let takes = |one: &&Language| one.formats.split(',').any(|one| one == format.name);
        let Some(language) = LANGUAGES.iter().find(takes) else { continue };
        let folder = path.parent().unwrap_or(Path::new(""));
        let place = folder.join(language.file);
        if files.iter().any(|(known, _)| *known == place) {
            continue;
        }
        if emissions.iter().filter_map(|one| one.path.as_deref()).any(|one| is_same(one, &place)) {
            let shown = Foreign::path(&place).line();
            let message = format!("{shown} is for the device's own certificate and key");
            return Err(Failure::usage(message, "write the constants to another file"));
        }
        let ignores = folder.join(ignore_list::NAME);
        refuse_link(&place)?;
        refuse_link(&ignores)?;
        let line = format!("/{}", language.file);
        let position = files.iter().position(|(known, _)| *known == ignores);
        let before = match position {
            Some(position) => String::from_utf8_lossy(&files.remove(position).1).into_owned(),
            None => ignored(&ignores)?,
        };
        files.insert(0, (ignores, ignore_list::with_line(before, &line).into_bytes()));
        files.push((place, (language.text)(&chain(identity), &key(identity)).into_bytes()));
    }
    Ok(files)
}

/// Warns of each of `files` with a private key that git tracks: a `.gitignore` does not change that.
pub(crate) fn warn_if_tracked(files: &[(PathBuf, Vec<u8>)], display: &Display) {
    for (path, _) in files.iter().filter(|(_, data)| private_key::holds(data)) {
        if git_index::tracks(&output::place_of(path)) {
            let (file, word) = (Foreign::path(path).line(), command_words::of_path(path));
            output::warn(
                format_args!(
                    "git tracks {file}, so the next commit contains the private key; run `git rm \
                     --cached {word}`"
                ),
                display,
            );
        }
    }
}

/// Whether both paths lead to one file.
fn is_same(one: &Path, other: &Path) -> bool {
    output::place_of(one) == output::place_of(other)
}

/// Refuses a link in the place of a file that the user did not name: following it would change another
/// file.
fn refuse_link(path: &Path) -> Result<(), Failure> {
    if !path.is_symlink() {
        return Ok(());
    }
    let message = format!("cannot write {}: it is a symbolic link", Foreign::path(path).line());
    Err(Failure::file(message, "replace the link with the file it leads to"))
}

/// The content of the `.gitignore` at `path`, if there is one.
fn ignored(path: &Path) -> Result<String, Failure> {
    let read = ignore_list::read(path);
    Ok(read.map_err(|error| Failure::unreadable(path, error))?.unwrap_or_default())
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

/// Base64 and boundaries contain nothing that needs escaping in C.
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

/// A C string is PEM text for rustls (`to_bytes`) and ends with the NUL that mbedTLS counts
/// (`to_bytes_with_nul`).
fn rust(chain: &str, key: &str) -> String {
    let constant = |name: &str, what: &str, pem: &str| {
        let pem = pem.replace('\n', "\\n\\\n    ");
        format!(
            "/// {what}\npub const {name}: &core::ffi::CStr = c\"\\\n    {}\";\n",
            pem.trim_end_matches("\\\n    ")
        )
    };
    format!(
        "// The device's own certificate and private key. Keep this file secret: git ignores it.\n\n{}\n{}",
        constant("DEVICE_CERTIFICATE", "The certificate, then its issuers, in PEM.", chain),
        constant("DEVICE_KEY", "The private key, in PEM.", key)
    )
}

fn python(chain: &str, key: &str) -> String {
    format!(
        "# The device's own certificate and private key. Keep this file secret: git ignores it.\n\n\
         DEVICE_CERTIFICATE = b\"\"\"\\\n{chain}\"\"\"\n\nDEVICE_KEY = b\"\"\"\\\n{key}\"\"\"\n"
    )
}
