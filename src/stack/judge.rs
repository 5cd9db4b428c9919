//! From an entry of the table to the algorithm that decides.

use super::{
    bearssl::{self, Flags},
    bundle,
    case::Case,
    embedded_tls, gnutls, go, java, mbedtls, openssl, optional,
    reason::{Position, Refusal, Rule, Verdict},
    rustls,
    table::{Known, Library, STACKS, Stack, Verifier},
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
    /// The verdict of this stack on `case`.
    #[must_use]
    pub fn judge(&self, case: &Case<'_>) -> Verdict {
        match self.by_algorithm(case) {
            Verdict::Connects => {
                let connects = |case: &Case<'_>| self.by_algorithm(case).connects();
                let lacking = optional::lacking(self.optional, case, connects);
                lacking.map_or(Verdict::Connects, Verdict::from)
            }
            other => other,
        }
    }

    /// The verdict of the library's algorithm on `case`.
    fn by_algorithm(&self, case: &Case<'_>) -> Verdict {
        match &self.verifier {
            Verifier::MbedTls(build) => mbedtls::judge(case, build),
            Verifier::Bundle(build, asks_every) => bundle::judge(case, build, *asks_every),
            Verifier::BearSsl(flags) => bearssl::judge(case, *flags),
            Verifier::WolfSsl(build) => wolfssl::judge(case, build),
            Verifier::OpenSsl(setting) => openssl::judge(case, setting),
            Verifier::GnuTls => gnutls::judge(case),
            Verifier::Go(version) => go::judge(case, *version),
            Verifier::Java => java::judge(case),
            Verifier::Rustls(provider) => rustls::judge(case, *provider),
            Verifier::EmbeddedTls(algorithms) => embedded_tls::judge(case, *algorithms),
        }
    }

    /// Whether it refuses an anchor that is expired or not yet valid.
    #[must_use]
    pub const fn checks_anchor_dates(&self) -> bool {
        match &self.verifier {
            Verifier::MbedTls(build) => build.checks_dates,
            Verifier::WolfSsl(_) | Verifier::OpenSsl(_) | Verifier::GnuTls | Verifier::Go(_) => {
                true
            }
            Verifier::Bundle(..)
            | Verifier::BearSsl(_)
            | Verifier::Java
            | Verifier::Rustls(_)
            | Verifier::EmbeddedTls(_) => false,
        }
    }

    /// Whether a leaf may be an anchor, whoever issued it.
    #[must_use]
    pub const fn trusts_any_leaf(&self) -> bool {
        match &self.verifier {
            Verifier::BearSsl(_) | Verifier::Go(_) | Verifier::Java => true,
            Verifier::OpenSsl(setting) => setting.partial_chain,
            Verifier::WolfSsl(build) => build.trusts_leaf,
            Verifier::MbedTls(_)
            | Verifier::Bundle(..)
            | Verifier::GnuTls
            | Verifier::Rustls(_)
            | Verifier::EmbeddedTls(_) => false,
        }
    }

    /// Whether an anchor that is self-signed and not a CA, of X.509 v3 or v1, may have issued what the
    /// server sends; also true if that depends on more (OpenSSL, GnuTLS and wolfSSL 5.9 check keyUsage).
    /// Any stack may accept it as the server's own certificate.
    #[must_use]
    pub const fn takes_issuer_that_is_no_ca(&self, is_v3: bool) -> bool {
        match &self.verifier {
            Verifier::MbedTls(_) | Verifier::Go(_) | Verifier::Java => !is_v3,
            Verifier::BearSsl(Flags::ByIsCa) => false,
            Verifier::BearSsl(Flags::Always)
            | Verifier::Bundle(..)
            | Verifier::WolfSsl(_)
            | Verifier::OpenSsl(_)
            | Verifier::GnuTls
            | Verifier::Rustls(_)
            | Verifier::EmbeddedTls(_) => true,
        }
    }

    /// Whether a certificate that is not a CA's may have issued another in the middle of a path. A device that
    /// accepts such a path is at fault unless it is known to have this stack.
    #[must_use]
    pub const fn accepts_any_issuer(&self) -> bool {
        matches!(self.verifier, Verifier::EmbeddedTls(_))
    }

    /// Whether its refusal should only be a warning, since its rules are not known.
    #[must_use]
    pub const fn is_assumed(&self) -> bool {
        matches!(self.known, Known::Assumed(_))
    }

    /// The setting of the device that decides about `rule`, by which it refuses `case`: if the table has
    /// an entry for the stack with that setting, only if that entry connects.
    #[must_use]
    pub fn setting_for(&self, case: &Case<'_>, rule: &Rule) -> Option<&'static str> {
        let setting = optional::option(self.optional, rule).or_else(|| (self.setting)(rule))?;
        let made = self.variants().find(|(_, by)| *by == Some(setting));
        made.is_none_or(|(made, _)| made.judge(case).connects()).then_some(setting)
    }

    /// Its other versions and settings in use, each with the setting.
    pub fn variants(&self) -> impl Iterator<Item = (&'static Self, Option<&'static str>)> {
        self.also.iter().filter_map(|variant| Some((named(variant.stack)?, variant.setting)))
    }

    /// The library whose code decides.
    #[must_use]
    pub const fn library(&self) -> Library {
        match self.verifier {
            Verifier::MbedTls(_) => Library::MbedTls,
            Verifier::Bundle(..) => Library::EspBundle,
            Verifier::BearSsl(_) => Library::BearSsl,
            Verifier::WolfSsl(_) => Library::WolfSsl,
            Verifier::OpenSsl(_) => Library::OpenSsl,
            Verifier::GnuTls => Library::GnuTls,
            Verifier::Go(_) => Library::Go,
            Verifier::Java => Library::Java,
            Verifier::Rustls(_) => Library::Rustls,
            Verifier::EmbeddedTls(_) => Library::EmbeddedTls,
        }
    }

    /// What to change for this refusal of `case`, first on the device, then on the server.
    #[must_use]
    pub fn remedy(&self, case: &Case<'_>, refusal: &Refusal) -> Option<String> {
        if let Some(setting) = self.setting_for(case, &refusal.rule) {
            return Some(format!("set `{setting}` on the device"));
        }
        refusal.server_change()
    }

    /// The refusal of `case` in a sentence: "BearSSL refuses this chain: the leaf `CN=plc.test` is out
    /// of order ...".
    #[must_use]
    pub fn sentence(&self, case: &Case<'_>, refusal: &Refusal) -> String {
        let Self { title, known, .. } = self;
        let says = match known {
            Known::Assumed(like) => {
                format!("{title} is assumed to refuse this chain, as {like} does")
            }
            _ => format!("{title} refuses this chain"),
        };
        format!("{says}: {}", refusal.reason(case))
    }
}

impl Refusal {
    /// What is wrong and with which certificate: "the leaf `CN=plc.test` is out of order ...".
    #[must_use]
    pub fn reason(&self, case: &Case<'_>) -> String {
        match case.subject(self.position).filter(|_| !self.is_of_chain()) {
            Some(subject) => format!("{} `{subject}` {}", self.position.noun(), self.rule),
            None => self.to_string(),
        }
    }

    /// What to change on the server, as an instruction.
    #[must_use]
    pub fn server_change(&self) -> Option<String> {
        let words = self.rule.remedy()?;
        match self.position {
            Position::Anchor(_) if words.starts_with("reissue the certificate") => {
                Some(words.replacen("the certificate", "the CA certificate", 1))
            }
            _ => Some(words.to_owned()),
        }
    }
}
