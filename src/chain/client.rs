//! What a server asks of its clients, and what a client presents.

use std::sync::Arc;

use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use crate::{text::foreign::Foreign, x509::name::Name};

/// The certificate and the private key that a client presents when a server asks for one.
#[derive(Debug, Clone)]
pub struct Identity {
    /// Its certificate, then the intermediates up to its root.
    pub chain: Vec<CertificateDer<'static>>,
    /// The private key of the first certificate. Its `Debug` form does not show it.
    pub key: Arc<PrivateKeyDer<'static>>,
}

/// A server's request for a client certificate (RFC 8446 section 4.3.2, RFC 5246 section 7.4.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateRequest {
    /// The names of the CAs that the server accepts certificates from; empty if it names none.
    pub authorities: Vec<Foreign>,
    /// What the client presented.
    pub shown: Shown,
    /// What the server did next.
    pub answer: Answer,
}

/// What a client presented to a server that asked for a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// No certificate.
    Nothing,
    /// No certificate: the server does not accept any signature that the client's key can make.
    Unfit,
    /// Its certificate.
    Certificate,
}

/// What a server did after the client's Certificate message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The handshake did not get that far, or the server sent nothing more.
    Unknown,
    /// It completed the handshake.
    Completed,
    /// It ended the connection, in words such as `sends the alert certificate_required`.
    Ended(String),
}

impl CertificateRequest {
    /// A request that was read and not answered.
    #[must_use]
    pub(crate) fn unanswered(names: &[&[u8]]) -> Self {
        let authorities = names.iter().map(|der| Name::new(der).text()).collect();
        Self { authorities, shown: Shown::Nothing, answer: Answer::Unknown }
    }

    /// Whether the server requires a certificate; `None` if that is not known.
    #[must_use]
    pub const fn is_required(&self) -> Option<bool> {
        match (self.shown, &self.answer) {
            (Shown::Certificate, _) | (_, Answer::Unknown) => None,
            (_, Answer::Completed) => Some(false),
            (_, Answer::Ended(_)) => Some(true),
        }
    }

    /// Whether the server accepts the presented certificate; `None` if that is not known.
    #[must_use]
    pub const fn is_accepted(&self) -> Option<bool> {
        match (self.shown, &self.answer) {
            (Shown::Certificate, Answer::Completed) => Some(true),
            (Shown::Certificate, Answer::Ended(_)) => Some(false),
            _ => None,
        }
    }

    /// The result, as a sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        let without = match (self.shown, &self.answer) {
            (Shown::Certificate, Answer::Completed) => {
                return "the server accepts the client certificate".to_owned();
            }
            (Shown::Certificate, Answer::Ended(how)) => {
                return format!("the server refuses the client certificate: it {how}");
            }
            (Shown::Certificate, Answer::Unknown) => {
                return "the server did not say whether it accepts the client certificate"
                    .to_owned();
            }
            (_, Answer::Unknown) => {
                "the server asks for a client certificate; whether it requires one was not seen"
                    .to_owned()
            }
            (_, Answer::Completed) => {
                "the server asks for a client certificate and completes the handshake without one"
                    .to_owned()
            }
            (_, Answer::Ended(how)) => {
                format!("the server requires a client certificate: without one it {how}")
            }
        };
        match self.shown {
            Shown::Unfit => {
                format!("{without}; it accepts no signature by the key of `--client-key`")
            }
            _ => without,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_outcome_of_a_client_certificate_has_a_sentence() {
        let ended = || Answer::Ended("closes the connection".to_owned());
        let judge = |shown, answer| {
            let request = CertificateRequest { authorities: Vec::new(), shown, answer };
            (request.is_required(), request.is_accepted(), request.sentence())
        };
        for (shown, answer, required, accepted, words) in [
            (Shown::Nothing, Answer::Unknown, None, None, "whether it requires one was not seen"),
            (Shown::Nothing, Answer::Completed, Some(false), None, "completes the handshake"),
            (Shown::Nothing, ended(), Some(true), None, "requires a client certificate"),
            (Shown::Unfit, ended(), Some(true), None, "no signature by the key"),
            (Shown::Certificate, Answer::Completed, None, Some(true), "accepts the client"),
            (Shown::Certificate, ended(), None, Some(false), "refuses the client certificate"),
        ] {
            let (is_required, is_accepted, sentence) = judge(shown, answer);
            assert_eq!((is_required, is_accepted), (required, accepted), "{sentence}");
            assert!(sentence.contains(words), "{sentence}");
        }
    }
}
