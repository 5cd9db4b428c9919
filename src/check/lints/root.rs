//! Certificates that are embedded instead of a root.
//!
//! In: one certificate and the TLS stack that reads it. Out: that it is a leaf, an intermediate, a
//! cross-signed certificate, or self-signed but not a CA.

use super::{Lint, issuer_of, self_signed_twin};
use crate::{
    check::{Finding, Severity, companions::LONGEST_PATH, named},
    stack::Stack,
    trust::store::Store,
    x509::certificate::Certificate,
};

/// Why a leaf that a CA issued is not a good anchor.
pub(crate) fn no_anchor(leaf: &Certificate) -> String {
    format!(
        "`{}` is a leaf certificate, issued by `{}` and valid until {}: mbedTLS and OpenSSL do not accept it as a trust anchor",
        named(leaf),
        issuer_of(leaf),
        leaf.not_after().date()
    )
}

impl Lint<'_> {
    /// The finding about a certificate that is not a root.
    pub(super) fn root(&self) -> Option<Finding> {
        let certificate = self.certificate;
        if certificate.is_self_issued() {
            return self.no_ca();
        }
        let (name, ends) = (named(certificate), certificate.not_after().date());
        let issuer = issuer_of(certificate);
        // Without its root, certgrab would only propose to trust this certificate or one below the root.
        let action = match self.leads_to_a_root() {
            true => "embed the root: `certgrab HOST:PORT --emit FORMAT`",
            false => {
                "embed the root: `certgrab HOST:PORT --emit FORMAT`; if your own CA issued it, pass the file of its root with `--roots FILE`"
            }
        };
        if !certificate.extensions().is_authority {
            let severity = match self.stack.is_some_and(Stack::trusts_any_leaf) {
                true => Severity::Warning,
                false => Severity::Error,
            };
            Some(self.finding(severity, "leaf", no_anchor(certificate), action.to_owned()))
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
            Some(self.finding(Severity::Warning, "intermediate", message, action.to_owned()))
        }
    }

    /// Whether the user's store or Mozilla's has the root above the certificate, over those in the file and in
    /// the store.
    fn leads_to_a_root(&self) -> bool {
        let stores = [self.knowledge.store, &Store::mozilla()];
        let mut at = self.certificate.clone();
        for _ in 0..LONGEST_PATH {
            let roots = stores.iter().flat_map(|store| store.named(at.issuer_der()));
            let mut above: Vec<_> = roots.map(|root| root.certificate).collect();
            if above.iter().any(Certificate::is_self_issued) {
                return true;
            }
            above.extend(self.companions.issuers(&at).cloned());
            let Some(next) = above.into_iter().find(|one| !one.is_self_issued()) else {
                return false;
            };
            at = next;
        }
        false
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
