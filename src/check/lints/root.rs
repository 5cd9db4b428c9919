//! Certificates that are embedded instead of a root.
//!
//! In: one certificate and the TLS stack that reads it. Out: that it is a leaf, an intermediate, a
//! cross-signed certificate, or self-signed but not a CA.

use super::{Lint, issuer_of, self_signed_twin};
use crate::{
    check::{Finding, Severity, named},
    stack::Stack,
};

impl Lint<'_> {
    /// The finding about a certificate that is not a root.
    pub(super) fn root(&self) -> Option<Finding> {
        let certificate = self.certificate;
        if certificate.is_self_issued() {
            return self.no_ca();
        }
        let (name, ends) = (named(certificate), certificate.not_after().date());
        let issuer = issuer_of(certificate);
        if !certificate.extensions().is_authority {
            let severity = match self.stack.is_some_and(Stack::trusts_any_leaf) {
                true => Severity::Warning,
                false => Severity::Error,
            };
            let message = format!(
                "`{name}` is a leaf certificate, issued by `{issuer}` and valid until {ends}: mbedTLS and OpenSSL do not accept it as a trust anchor"
            );
            let action = "embed the root: `certgrab HOST:PORT --emit FORMAT`".to_owned();
            Some(self.finding(severity, "leaf", message, action))
        } else if let Some(twin) = self_signed_twin(certificate, self.knowledge.store) {
            let message = format!(
                "`{name}` is the cross-signed version (issuer `{issuer}`, valid until {ends}): OpenSSL does not accept it as a trust anchor"
            );
            let action =
                format!("embed the self-signed version with the SHA-256 {}", twin.sha256());
            Some(self.finding(Severity::Warning, "cross-signed", message, action))
        } else {
            let message = format!(
                "`{name}` is an intermediate, issued by `{issuer}`: CAs replace intermediates without notice"
            );
            // Without the root, certgrab would only propose to trust the intermediate.
            let action = match self.is_issuer_known() {
                true => "embed the root: `certgrab HOST:PORT --emit FORMAT`",
                false => {
                    "embed the root: `certgrab HOST:PORT --emit FORMAT`; if your own CA issued it, pass the file of its root with `--roots FILE`"
                }
            };
            Some(self.finding(Severity::Warning, "intermediate", message, action.to_owned()))
        }
    }

    /// Whether the stack only accepts it as the server's own certificate, although it is self-signed.
    fn no_ca(&self) -> Option<Finding> {
        let (stack, certificate) = (self.stack?, self.certificate);
        let is_v3 = certificate.extensions().is_v3;
        if certificate.extensions().is_authority || stack.takes_issuer_that_is_no_ca(is_v3) {
            return None;
        }
        let violation = if is_v3 {
            "has no basicConstraints with CA:TRUE"
        } else {
            "is an X.509 v1 certificate, which cannot say that it is a CA"
        };
        let message = format!(
            "`{}` {violation}: {} accepts it as the server's own certificate, not as the CA that issued it",
            named(certificate),
            stack.title
        );
        let action = "if it is a CA, reissue it with basicConstraints = critical, CA:TRUE, as in \
                      docs/your-own-ca.md"
            .to_owned();
        Some(self.finding(Severity::Warning, "not-ca", message, action))
    }
}
