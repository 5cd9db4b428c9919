//! Proofs that a device verifies a server with what is written for it.

use rustls_pki_types::ServerName;

use crate::{
    Grab,
    chain::Presented,
    endpoint::Target,
    judge::{
        path::{Question, Refusal},
        prove,
    },
    output::bundle::Bundle,
    run::grab::Options,
    stack::{
        self, Case, Verdict,
        consumer::{self, Known},
    },
    x509::certificate::Certificate,
};

use super::{
    args::{Form, Job, What},
    failure::{Exit, Failure},
    output,
    style::Display,
};

/// Proves for each selected format that its TLS stack verifies the server with the bundle.
///
/// Certificates other than the anchor have other uses than verification, so a doubt about them is
/// only a warning. `whose` is the prefix of each message.
pub(crate) fn prove(
    job: &Job,
    (whose, target): (&str, &Target),
    grab: &Grab,
    bundle: &Bundle,
    options: &Options,
    display: &Display,
) -> Result<(), Failure> {
    let question =
        Question { name: &options.wanted_name(target), at: options.at, work: &grab.work };
    for format in consumed(job) {
        prove_for(format, whose, &grab.presented, bundle, question, display)?;
    }
    let others = job.emit.iter().filter_map(|emission| match (&emission.form, job.what) {
        (Form::Certificates(_), What::Anchor) => None,
        (Form::Certificates(format), _) => consumer::reading(format.name).map(|_| format.name),
        _ => None,
    });
    for format in others {
        if let Some(doubt) = doubt(format, &grab.presented, bundle, question) {
            doubt.warn(whose, display);
        }
    }
    Ok(())
}

/// The selected formats that a device verifies with.
pub(crate) fn consumed(job: &Job) -> impl Iterator<Item = &'static str> {
    job.emit.iter().filter_map(|emission| match (&emission.form, job.what) {
        (Form::Certificates(format), What::Anchor) => Some(format.name),
        _ => None,
    })
}

/// Proves that a device which holds `bundle` verifies the server, under the rules of the stack
/// that reads `format`.
///
/// A format that many stacks read is checked against OpenSSL, the strictest. What only OpenSSL
/// rejects is a warning, as is a rejection that depends on a setting of the stack or on an
/// assumption about it. `whose` is the prefix of each message.
pub(crate) fn prove_for(
    format: &str,
    whose: &str,
    presented: &Presented,
    bundle: &Bundle,
    question: Question<'_>,
    display: &Display,
) -> Result<(), Failure> {
    doubt(format, presented, bundle, question).map_or(Ok(()), |doubt| doubt.report(whose, display))
}

/// Why the stack that reads `format` rejects the bundle, if it does; see [`prove_for`].
pub(crate) fn doubt(
    format: &str,
    presented: &Presented,
    bundle: &Bundle,
    question: Question<'_>,
) -> Option<Doubt> {
    let reading = consumer::reading(format);
    let held: Vec<_> = bundle.entries.iter().map(|entry| entry.certificate.clone()).collect();
    let consumer = reading.unwrap_or(consumer::OPENSSL);
    let Err(refusal) = prove::accepts(&consumer, presented, &held, question) else {
        let is_address = matches!(question.name, ServerName::IpAddress(_));
        let Some(advice) = consumer::without_addresses(format).filter(|_| is_address) else {
            return by_its_own_rules(format, presented, bundle, question);
        };
        let leaf = presented.leaf().ok()?;
        let refusal = Refusal::NotTaken {
            subject: leaf.subject().text(),
            consumer: consumer.title,
            problem: "compares no IP address with those of a certificate",
            unless: None,
            advice: Some(advice),
        };
        return Some(Doubt { refusal, is_certain: false });
    };
    let is_known = reading.is_some_and(|one| one.known != Known::Assumed);
    let depends = matches!(refusal, Refusal::NotTaken { unless: Some(_), .. });
    Some(Doubt { refusal, is_certain: is_known && !depends })
}

/// What the stack that reads `format` rejects by its own algorithm, which needs the certificates as
/// they were sent: `None` where not all that was sent was kept.
fn by_its_own_rules(
    format: &str,
    presented: &Presented,
    bundle: &Bundle,
    question: Question<'_>,
) -> Option<Doubt> {
    let stack = stack::reading(format)?;
    if presented.dropped() > 0 || !presented.unreadable().is_empty() {
        return None;
    }
    let sent: Vec<_> = presented.certificates().map(Certificate::der).collect();
    let held: Vec<_> = bundle.entries.iter().map(|entry| entry.certificate.der()).collect();
    let host = question.name.to_str();
    let case = Case::new(stack::Question {
        presented: &sent,
        anchors: &held,
        host: Some(&host),
        at: question.at,
    });
    let verdict = stack.judge(&case);
    let refusal = verdict.refusal()?;
    let is_certain = matches!(verdict, Verdict::Refuses(_))
        && !stack.is_assumed()
        && !stack.depends_on_a_setting(refusal);
    let (sentence, remedy) = (stack.sentence(refusal), stack.remedy(refusal));
    Some(Doubt { refusal: Refusal::ByStack { sentence, remedy }, is_certain })
}

/// Why a TLS stack rejects a bundle.
pub(crate) struct Doubt {
    refusal: Refusal,
    /// Whether this holds for every configuration of the stack: then nothing is written.
    pub(crate) is_certain: bool,
}

impl Doubt {
    /// Fails if it is certain, and warns otherwise; `whose` names the targets.
    pub(crate) fn report(&self, whose: &str, display: &Display) -> Result<(), Failure> {
        let Self { refusal, is_certain } = self;
        if *is_certain {
            let failure = Failure::new(Exit::Untrusted, format!("{whose}{refusal}"));
            return Err(failure.with_hint(refusal.hint()));
        }
        self.warn(whose, display);
        Ok(())
    }

    /// Warns of it, even if it is certain.
    pub(crate) fn warn(&self, whose: &str, display: &Display) {
        let refusal = &self.refusal;
        let hint = refusal.hint().map(|hint| format!("; {hint}")).unwrap_or_default();
        output::warn(format_args!("{whose}{refusal}{hint}"), display);
    }

    /// Whether nothing is written, and the message: doubts with equal words are reported once.
    pub(crate) fn words(&self) -> (bool, String) {
        (self.is_certain, self.refusal.to_string())
    }
}
