//! The labels of a PEM block, and the TLS stacks that do not look for them.
//!
//! In: the labels of its BEGIN and END lines, and the stack that reads it. Out: a finding if the stack
//! reads nothing. As measured, mbedTLS, wolfSSL and Go (1.19 and 1.27) expect `CERTIFICATE`, BearSSL and
//! GnuTLS also read `X509 CERTIFICATE`, whatever the END line says, and OpenSSL and Java read each label of
//! old versions of OpenSSL that is in both lines. rustls expects `CERTIFICATE` by its source.

use super::{Finding, Severity, source::Form};
use crate::{
    stack::{Library, Stack},
    text::foreign::Foreign,
};

/// Labels of certificates (RFC 7468 section 5.1; the others are from old versions of OpenSSL).
pub(super) const CERTIFICATE_LABELS: [&[u8]; 3] =
    [b"CERTIFICATE", b"X509 CERTIFICATE", b"TRUSTED CERTIFICATE"];

/// Labels of PKCS #7 messages (RFC 7468 sections 8 and 9).
pub(super) const MESSAGE_LABELS: [&[u8]; 2] = [b"PKCS7", b"CMS"];

const CERTIFICATE: &[u8] = b"CERTIFICATE";
const X509_CERTIFICATE: &[u8] = b"X509 CERTIFICATE";

/// The labels of a block.
pub(super) struct Labels<'a> {
    pub(super) begin: &'a [u8],
    pub(super) end: &'a [u8],
}

impl Labels<'_> {
    /// What is wrong with them for `stack`, or for most stacks if it is not known.
    pub(super) fn finding(
        &self,
        line: usize,
        form: Form,
        stack: Option<&'static Stack>,
    ) -> Option<Finding> {
        let library = stack.map(Stack::library);
        let is_of_a_message = MESSAGE_LABELS.contains(&self.begin);
        let is_usual = [CERTIFICATE, X509_CERTIFICATE].contains(&self.begin);
        if is_usual && matches!(library, Some(Library::BearSsl | Library::GnuTls)) {
            return None;
        }
        let begin = Foreign::text(&String::from_utf8_lossy(self.begin)).line();
        // Another label with a typo is a damaged boundary.
        if self.end != self.begin && CERTIFICATE_LABELS.contains(&self.end) {
            let end = Foreign::text(&String::from_utf8_lossy(self.end)).line();
            let message = format!(
                "the PEM block begins with the label `{begin}` and ends with `{end}`: only BearSSL and \
                 GnuTLS read it"
            );
            let action = "write `CERTIFICATE` in both lines, or regenerate it with certgrab";
            let action = Some(action.to_owned());
            return Some(Finding::new(line, Severity::Error, "pem-label", message, action));
        }
        let severity = match (self.begin, library) {
            (CERTIFICATE, _) | (X509_CERTIFICATE, Some(Library::Java)) => return None,
            (_, Some(Library::OpenSsl)) if !is_of_a_message => return None,
            (_, Some(_)) => Severity::Error,
            // A separate PKCS #7 file is for readers of PKCS #7.
            (_, None) if is_of_a_message && form == Form::File => return None,
            (_, None) => Severity::Warning,
        };
        let message = format!(
            "the PEM block has the label `{begin}`, but mbedTLS and most other TLS stacks expect \
             `CERTIFICATE`"
        );
        let action = match is_of_a_message {
            true => "extract the certificates: `openssl pkcs7 -print_certs`".to_owned(),
            false => "convert it to a plain certificate: `openssl x509 -in FILE`".to_owned(),
        };
        Some(Finding::new(line, severity, "pem-label", message, Some(action)))
    }
}
