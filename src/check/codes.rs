//! The codes of findings.

/// Every code with what it means, sorted by name. Codes do not change.
pub const CODES: &[(&str, &str)] = &[
    ("address-failed", "one of several addresses of the server does not present a chain"),
    (
        "address-not-name",
        "a TLS client that connects to an address, although certificates are usually for names",
    ),
    ("allow-invalid", "a comment that allows a finding has no known code or no reason"),
    ("anchor-changed", "certgrab would choose a different anchor today"),
    ("anchor-unknown", "the certificate behind a name and key, or behind a hash, is not known"),
    (
        "bad-signature",
        "the certificate is not signed by its stated issuer: it is forged or corrupted",
    ),
    (
        "bundle-outdated",
        "a bundle of roots that contains expired roots or roots that left the store",
    ),
    ("bundle-wins", "a certificate bundle that ESP-IDF uses instead of the certificate"),
    (
        "cross-sign-needed",
        "the constant verifies the server only while the server sends a cross-signed certificate",
    ),
    ("cross-signed", "a cross-signed certificate instead of the self-signed root"),
    (
        "dangling-pointer",
        "a pointer to a variable that ends before the client that keeps the pointer",
    ),
    ("der-damaged", "bytes that begin like a DER certificate but cannot be decoded"),
    ("der-several", "several concatenated DER certificates, of which readers use only the first"),
    ("der-trailing-bytes", "bytes after the end of a DER certificate"),
    ("embedded-without-nul", "a PEM file that is embedded without the NUL that mbedTLS needs"),
    ("exchanged", "a CA certificate where the device's own certificate belongs"),
    ("expired", "the certificate has expired"),
    ("expires-soon", "the certificate expires before the horizon"),
    ("intermediate", "an intermediate instead of a root"),
    ("lab-anchor", "the constant contains the test CA of `certgrab lab`"),
    ("leaf", "a leaf certificate instead of a root"),
    ("leaves-soon", "the root is scheduled to leave Mozilla's store before the horizon"),
    (
        "lock-differs",
        "a lock does not match its manifest, or a file has certificates that are not in its lock",
    ),
    ("lock-unreadable", "a lock that cannot be read"),
    ("lock-untrue", "a statement in a lock or in a generated file is false"),
    ("lookalike-root", "the certificate has the name of a public root but a different key"),
    ("next-root", "other roots of the same CA, which future certificates may chain to"),
    ("no-certificate", "the file contains no readable anchor"),
    ("not-ca", "a self-signed certificate that its TLS stack does not accept as a CA"),
    (
        "not-proven",
        "the server did not prove possession of its key when the lock was written, or does not now",
    ),
    ("not-yet-valid", "the certificate is not valid yet"),
    (
        "other-key-of-same-name",
        "a certificate that names itself as its issuer but was signed by another key",
    ),
    ("pem-damaged", "a PEM block that cannot be decoded"),
    ("pem-indented", "indented lines in a PEM block"),
    ("pem-label", "a PEM block with a label that the TLS stack does not recognize"),
    ("pem-literal-newline", "a literal backslash and `n` in a PEM block instead of a line break"),
    ("pem-no-line-ends", "a PEM block whose boundaries are not on their own lines"),
    ("pem-no-newline", "no line break after the last boundary of a PEM block"),
    ("pem-no-nul", "PEM without the terminating NUL that the function requires"),
    (
        "pem-nul-counted",
        "a length that includes the NUL of PEM text, for a function that expects it without",
    ),
    (
        "pem-nul-not-counted",
        "a length that excludes the NUL of PEM text, for a function that expects it included",
    ),
    ("pem-unreadable", "a PEM block that the TLS stack does not read in its current form"),
    ("placeholder", "a placeholder where a certificate belongs"),
    ("port-without-tls", "a TLS client that connects to the port without TLS"),
    ("private-key", "a private key that is not the device's own"),
    ("root-dropped", "a root that was removed from Mozilla's store"),
    ("size-of-pointer", "the size of a pointer instead of the size of the text"),
    ("stale", "a generated file that does not match its lock"),
    ("unanswered", "the server did not answer some queries, so it may have other chains"),
    ("untrusted-root", "a certificate that is not in the root stores"),
    ("utf-16", "a file in UTF-16"),
    ("verification-off", "code that turns verification off, so that the constant has no effect"),
    ("verify-failed", "the constant does not verify the chain that the server presents"),
    ("weak-key", "an RSA key that is too short"),
    ("weak-signature", "a signature that uses a broken hash"),
    ("wrong-form", "a constant in an encoding that the function cannot read"),
];

/// The meaning of the code; `None` for a word that is not a code.
#[must_use]
pub fn meaning(code: &str) -> Option<&'static str> {
    let at = CODES.binary_search_by(|(known, _)| (*known).cmp(code)).ok()?;
    Some(CODES[at].1)
}

/// `word` as one of the codes.
pub(crate) fn known(word: &str) -> Option<&'static str> {
    CODES.iter().map(|(code, _)| *code).find(|code| *code == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_sorted_and_unique() {
        assert!(CODES.is_sorted_by(|one, next| one.0 < next.0));
        assert_eq!(meaning("expired"), Some("the certificate has expired"));
        assert_eq!(meaning("nothing"), None);
    }
}
