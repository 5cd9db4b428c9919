//! A device's ClientHello in a file, so that certgrab can query a real server with it.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::recognise::without_signals;
use super::{ClientHello, recognise};
use crate::chain::Version;
use crate::stack::client::Device;
use crate::stack::learned::Learned;
use crate::text::{bounded_file, json};

/// The most octets of the file; usual ones have some 3 KB.
pub const MAX_SAVED_BYTES: usize = 64 * 1024;

/// The file.
#[derive(Serialize, Deserialize)]
struct Saved {
    schema: u8,
    /// The TLS library that it looks like.
    looks_like: Option<String>,
    /// The device of `--as` whose rules for certificates apply.
    like: Option<String>,
    /// Whether it answered a server of TLS 1.0; `None` if it did not encounter one.
    accepts_tls10: Option<bool>,
    client_hello: ClientHello,
}

/// The text of the file; the name of the server and random octets are left out.
#[must_use]
pub fn write(hello: &ClientHello, accepts_tls10: Option<bool>) -> String {
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
    // Without supported_versions a ClientHello does not show the oldest version. Even if it does, a
    // library may refuse the digests of TLS 1.0 and 1.1 (RFC 4346 section 7.4.3), as OpenSSL does at
    // level 1.
    let oldest = match (hello.versions.is_empty(), saved.accepts_tls10) {
        (false, Some(false)) => offered().filter(|one| *one >= Version::Tls12).min(),
        (false, _) => offered().min(),
        (true, Some(true)) => Some(Version::Tls10),
        (true, _) => Some(newest.min(Version::Tls12)),
    };
    let oldest = oldest.unwrap_or(newest);
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What curl with OpenSSL 3.0 offers: TLS 1.0 too, whose digests it then refuses.
    fn hello() -> ClientHello {
        ClientHello {
            legacy_version: 0x0303,
            random: Vec::new(),
            suites: vec![0x1301, 0xc02b, 0x002f],
            extensions: vec![43],
            versions: vec![0x0304, 0x0303, 0x0302, 0x0301],
            groups: vec![0x001d],
            schemes: vec![0x0403],
            server_name: None,
            alpn: Vec::new(),
            max_fragment_length: None,
            record_size_limit: None,
        }
    }

    #[test]
    fn a_device_that_refused_tls_1_0_is_not_reported_as_connecting() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let path = folder.path().join("device.json");
        let oldest = |accepts_tls10| {
            std::fs::write(&path, write(&hello(), accepts_tls10)).expect("a file");
            read(&path).expect("a device").oldest
        };
        assert_eq!(oldest(Some(false)), Version::Tls12);
        assert_eq!(oldest(Some(true)), Version::Tls10);
        assert_eq!(oldest(None), Version::Tls10);
    }
}
