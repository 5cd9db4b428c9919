//! A device's ClientHello in a file, so that a real server can be asked as the device asks.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::recognise::without_signals;
use super::{ClientHello, recognise};
use crate::chain::Version;
use crate::stack::client::Device;
use crate::stack::learned::Learned;
use crate::text::{bounded_file, json};

/// The most octets of the file; one has some 3 KB.
pub const MAX_SAVED_BYTES: usize = 64 * 1024;

/// The file.
#[derive(Serialize, Deserialize)]
struct Saved {
    schema: u8,
    /// The TLS library that it looks like.
    looks_like: Option<String>,
    /// The device of `--as` whose rules for certificates are taken.
    like: Option<String>,
    /// Whether it answered a server of TLS 1.0.
    accepts_tls10: bool,
    client_hello: ClientHello,
}

/// The text of the file; the name of the server and random octets are left out.
#[must_use]
pub fn write(hello: &ClientHello, accepts_tls10: bool) -> String {
    let like = recognise(hello);
    let saved = Saved {
        schema: 1,
        looks_like: like.as_ref().map(|like| like.title.to_owned()),
        like: like.and_then(|like| like.device).map(str::to_owned),
        accepts_tls10,
        client_hello: hello.clone(),
    };
    let text = serde_json::to_string_pretty(&saved).unwrap_or_default();
    json::visible(&(text + "\n"))
}

/// The device in the file at `path`.
///
/// # Errors
///
/// A sentence that says what is wrong with the file.
pub fn read(path: &Path) -> Result<&'static Device, String> {
    let text = bounded_file::read_given_text(path, MAX_SAVED_BYTES)
        .map_err(|error| format!("cannot read it: {error}"))?;
    let saved: Saved = serde_json::from_str(&text).map_err(|error| {
        let line = error.line();
        format!(
            "expected a file of `certgrab lab --save-hello`, found something else at line {line}"
        )
    })?;
    if saved.schema != 1 {
        return Err(format!("expected schema 1, found {}", saved.schema));
    }
    let hello = saved.client_hello;
    let known = [Version::Tls10, Version::Tls11, Version::Tls12, Version::Tls13];
    let offered = || known.into_iter().filter(|version| hello.offers(*version as u16));
    let newest = offered().max().ok_or("it offers no version from TLS 1.0 to TLS 1.3")?;
    // Without supported_versions a hello does not say which version is the oldest.
    let oldest = match (hello.versions.is_empty(), saved.accepts_tls10) {
        (false, _) => offered().min().unwrap_or(newest),
        (true, true) => Version::Tls10,
        (true, false) => newest.min(Version::Tls12),
    };
    Ok(Device::learned(Learned {
        name: path.display().to_string(),
        like: saved.like,
        newest,
        oldest,
        suites: without_signals(&hello.suites),
        schemes: hello.schemes,
        groups: without_signals(&hello.groups),
        max_fragment_length: hello.max_fragment_length,
        record_size_limit: hello.record_size_limit,
    }))
}
