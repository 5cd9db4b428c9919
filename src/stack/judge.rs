//! From an entry of the table to the algorithm that decides.

use super::{
    bearssl, bundle,
    case::Case,
    gnutls, go, java, mbedtls, openssl,
    reason::{Position, Refusal, Verdict},
    rustls,
    table::{Known, STACKS, Stack, Verifier},
    wolfssl,
};

/// The entry called `name`.
#[must_use]
pub fn named(name: &str) -> Option<&'static Stack> {
    STACKS.iter().find(|stack| stack.name == name)
}

/// The stack that reads the format called `format`; `None` if many do, or none.
#[must_use]
pub fn reading(format: &str) -> Option<&'static Stack> {
    STACKS.iter().find(|stack| stack.formats.contains(&format))
}

impl Stack {
    /// What this stack makes of `case`.
    #[must_use]
    pub fn judge(&self, case: &Case<'_>) -> Verdict {
        match &self.verifier {
            Verifier::MbedTls(build) => mbedtls::judge(case, build),
            Verifier::Bundle(build, asks_every) => bundle::judge(case, build, *asks_every),
            Verifier::BearSsl(flags) => bearssl::judge(case, *flags),
            Verifier::WolfSsl(build) => wolfssl::judge(case, build),
            Verifier::OpenSsl(setting) => openssl::judge(case, setting),
            Verifier::GnuTls => gnutls::judge(case),
            Verifier::Go => go::judge(case),
            Verifier::Java => java::judge(case),
            Verifier::Rustls(provider) => rustls::judge(case, *provider),
        }
    }

    /// Whether what it refuses may be no more than a warning, since its rules are not known.
    #[must_use]
    pub const fn is_assumed(&self) -> bool {
        matches!(self.known, Known::Assumed(_))
    }

    /// Whether a setting of the device decides over what it refuses.
    #[must_use]
    pub fn depends_on_a_setting(&self, refusal: &Refusal) -> bool {
        (self.setting)(&refusal.rule).is_some()
    }

    /// What to change for this refusal, first on the device, then on the server.
    #[must_use]
    pub fn remedy(&self, refusal: &Refusal) -> Option<String> {
        if let Some(setting) = (self.setting)(&refusal.rule) {
            return Some(format!("set `{setting}` on the device"));
        }
        let words = refusal.rule.remedy()?;
        match refusal.position {
            Position::Anchor(_) if words.starts_with("reissue the certificate") => {
                Some(words.replacen("the certificate", "the CA certificate", 1))
            }
            _ => Some(words.to_owned()),
        }
    }

    /// The refusal in a sentence: "BearSSL refuses this chain: the leaf is out of order ...".
    #[must_use]
    pub fn sentence(&self, refusal: &Refusal) -> String {
        format!("{} refuses this chain: {refusal}", self.title)
    }
}
