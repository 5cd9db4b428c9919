//! What certgrab itself writes into a lock as the source of a certificate.
//!
//! In: the text of a lock. Out: whether certgrab writes such a text. People read it, and whoever edits a
//! lock could state anything there.

use crate::trust::store::Source;

/// Whether `says` is the source of what a server sent, or of what was fetched for it.
pub(super) fn is_from_a_server(says: &str) -> bool {
    let is_url = |text: &str| text.contains("://") && !text.contains(char::is_whitespace);
    says == Source::Server.to_string()
        || says.strip_prefix("fetched from ").is_some_and(is_url)
        // `read from FILE as sent by the server`
        || says
            .strip_prefix("read from ")
            .and_then(|rest| rest.strip_suffix(" as sent by the server"))
            .is_some_and(may_be_a_file)
}

/// Whether `says` can be the name of a file of certificates: names of files have no blanks, or an
/// extension.
pub(super) fn may_be_a_file(says: &str) -> bool {
    /// The longest extension of such files is `ca-bundle`.
    const MOST: usize = 9;
    let is_word = |text: &str| {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        (1..=MOST).contains(&text.len()) && text.bytes().all(is_plain)
    };
    let name = says.rsplit(['/', '\\']).next().unwrap_or_default();
    let has_extension = name.rsplit_once('.').is_some_and(|(_, extension)| is_word(extension));
    !name.is_empty() && (has_extension || !name.contains(char::is_whitespace))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_what_certgrab_writes_as_one() {
        for says in [
            "sent by the server",
            "fetched from http://aia.test/ca.cer",
            "read from my chain.pem as sent by the server",
        ] {
            assert!(is_from_a_server(says), "{says}");
        }
        for says in [
            "sent by the server, verified by audit",
            "fetched from Mozilla's store",
            "read from the minutes of the audit as sent by the server",
        ] {
            assert!(!is_from_a_server(says), "{says}");
        }
        for says in ["root.pem", "my ca.crt", "certs/ca", "C:\\My Certs\\ca.cer", "x.ca-bundle"] {
            assert!(may_be_a_file(says), "{says}");
        }
        for says in ["roots.pem, Mozilla's store", "verified by audit", "certs/", ""] {
            assert!(!may_be_a_file(says), "{says}");
        }
    }
}
