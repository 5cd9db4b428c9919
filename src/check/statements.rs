//! What certgrab writes as the source of a certificate.
//!
//! In: the text of a lock or of a generated file, and the stores. Out: whether it is true. People read
//! it, and anyone who edits the file could state anything there.

use crate::{
    output::bundle::{Role, is_lab},
    trust::{
        lab_anchor::is_of_the_lab,
        store::{Source, Store, mozilla_has},
    },
    x509::certificate::Certificate,
};

/// Where `certificate` in this `role`, if it is known, was found, if that differs from `says`. The
/// `store` is that of the manifest with `has_terms`; without it, only Mozilla's store is certain.
pub(super) fn untrue_source(
    says: &str,
    role: Option<Role>,
    certificate: &Certificate,
    store: &Store,
    has_terms: bool,
) -> Option<String> {
    let sources = store.sources(certificate);
    let is_root = matches!(role, Some(Role::Anchor | Role::Backup | Role::Sibling));
    let has = |source: &Source| sources.contains(source);
    let is_true = if says == Source::Mozilla.to_string() {
        mozilla_has(certificate)
    } else if says == Source::System.to_string() {
        has(&Source::System) || !has_terms
    } else if says == Source::Fingerprint.to_string() {
        has(&Source::Fingerprint) || !has_terms
    } else if is_lab(says) {
        is_of_the_lab(certificate)
    } else if is_from_a_server(says) {
        !is_root
    } else if has_terms {
        // Its folder may have been renamed.
        let of_file = |source: &Source| {
            matches!(source, Source::File(_)) && name_of(&source.to_string()) == name_of(says)
        };
        sources.iter().any(of_file)
    } else {
        may_be_a_file(says)
    };
    let found = || match sources.first() {
        Some(source) => format!("found in {source}"),
        None if has_terms => "not found in any store of the manifest".to_owned(),
        None => format!("not found in {}", store.description()),
    };
    (!is_true).then(found)
}

/// The name of a file without its folders, including Windows paths.
fn name_of(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// Whether certgrab writes `says` as the source of any certificate.
pub(super) fn is_a_source(says: &str) -> bool {
    [Source::Mozilla, Source::System, Source::Fingerprint].iter().any(|one| one.to_string() == says)
        || is_lab(says)
        || is_from_a_server(says)
        || may_be_a_file(says)
}

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

/// Whether `says` can be the name of a file of certificates: file names have no blanks, or an extension.
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
    fn only_certgrabs_source_line_is_read_as_one() {
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
