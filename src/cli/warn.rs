//! The warnings of every command that writes certificates.
//!
//! In: a chain with its anchor, or a lock. Out: lines on standard error. [`crate::run::warning`] has all
//! warnings; each command calls this before it writes. `whose` begins each line: it names the target if
//! there are several, and is empty if there is one.

use crate::{
    Grab,
    chain::Presented,
    check::{self, Finding, Severity},
    cli::{
        args::{Request, What},
        output,
        style::{self, Display},
    },
    endpoint::Target,
    judge::{rank::Candidate, stacks::Asked},
    output::{bundle::Bundle, lock},
    run::{
        grab::{Judgement, Options},
        warning::{self, Scope},
    },
    text::time::Time,
    x509::certificate::Certificate,
};

/// Gives all warnings about `bundle`, which is to be written for `target`.
pub(crate) fn of_bundle(
    whose: &str,
    job: &Request,
    (target, options): (&Target, &Options),
    (grab, judgement): (&Grab, &Judgement),
    bundle: &Bundle,
    display: &Display,
) {
    of_departure(whose, judgement, display);
    let judged = (judgement, judgement.verified.anchor());
    of_anchor(whose, grab, judged, (target, options), display);
    if job.what == What::Anchor {
        for (role, reason) in options.extras.absent(&bundle.entries) {
            output::warn(format_args!("{whose}no {}: {reason}", role.word()), display);
        }
        let is_leaf = |one: &&Certificate| !one.is_self_issued() && !one.extensions().is_authority;
        let extras = bundle.extras().map(|entry| &entry.certificate);
        for leaf in extras.filter(is_leaf) {
            output::warn(format_args!("{whose}{}", check::no_anchor(leaf)), display);
        }
        for root in options.extras.announced(&judgement.verified.anchor().root) {
            output::warn(format_args!("{whose}{}", root.offer()), display);
        }
    }
}

/// Warns if the browser rules refuse what is written.
pub(crate) fn of_departure(whose: &str, judgement: &Judgement, display: &Display) {
    if let Some(warning) = warning::about_departure(&judgement.verified) {
        output::warn(format_args!("{whose}{}", warning.message), display);
    }
}

/// Warns of what the certificates cannot express, if `anchor` is written.
pub(crate) fn of_anchor(
    whose: &str,
    grab: &Grab,
    (judgement, anchor): (&Judgement, &Candidate),
    (target, options): (&Target, &Options),
    display: &Display,
) {
    let Judgement { paths, verified } = judgement;
    let name = options.wanted_name(target);
    let asked = Asked { name: Some(&name), at: options.at };
    let mut all = warning::about_candidate(&grab.presented, paths, anchor, asked.at, &grab.work);
    all.extend(warning::about_any_reader(&grab.presented, verified, (anchor, Scope::Chain), asked));
    for warning in if display.verbose { all } else { warning::summed(all) } {
        output::warn(format_args!("{whose}{}", warning.message), display);
    }
    if display.verbose && !display.quiet {
        let subject = anchor.root.certificate.subject().text().line();
        output::say(format_args!("{whose}anchor `{subject}`: {}", anchor.reason));
    }
}

/// Warns of what the lock `content` says about `bundle`, which was read from it. A plain PEM file says
/// nothing, so nothing is proven; a lock made from files needs no proof.
pub(crate) fn of_lock(
    whose: &str,
    (content, bundle): (&[u8], &Bundle),
    is_of_files: bool,
    at: Time,
    display: &Display,
) {
    if is_of_files || lock::is_lock(content) {
        let mut all = warning::about_lock(bundle, at);
        all.retain(|one| !is_of_files || one.code != "key_not_proven");
        for warning in if display.verbose { all } else { warning::summed(all) } {
            output::warn(format_args!("{whose}{}", warning.message), display);
        }
    } else {
        let message = "the lock is a PEM file without facts: it does not say whether the server \
                       proved possession of its private key";
        output::warn(format_args!("{whose}{message}"), display);
    }
}

/// The findings about a certificate that a stack does not accept as an anchor.
const REFUSED_ANCHOR: [&str; 2] = ["leaf", "not-ca"];

/// How a finding of `certgrab check` in a lock counts when `what` is written from it: with an error
/// nothing is written. A certificate that one of its readers refuses as an anchor is a warning, since
/// others accept it.
pub(crate) fn weight(finding: &Finding, what: What) -> Option<Severity> {
    let Finding { code, severity, .. } = finding;
    let is_of_lock = code.starts_with("lock-") || *code == "untrusted-root";
    match severity {
        Severity::Note => None,
        _ if is_of_lock => Some(*severity),
        // The rules for anchors are not those for other certificates.
        _ if what != What::Anchor => None,
        // A leaf that a stack accepts is only a warning of `certgrab check`.
        Severity::Warning if *code == "not-ca" => Some(Severity::Warning),
        Severity::Warning => None,
        Severity::Error if REFUSED_ANCHOR.contains(code) => Some(Severity::Warning),
        Severity::Error => Some(Severity::Error),
    }
}

/// Warns that `target` did not prove possession of its key, if there is no other warning about the
/// chain.
pub(crate) fn of_possession(target: &Target, presented: &Presented, display: &Display) {
    let warnings = warning::about_presented(presented).into_iter();
    for warning in warnings.filter(|warning| warning.code == "key_not_proven") {
        output::warn(format_args!("{target}: {}", warning.message), display);
    }
}

/// Whether the target of a run is named in messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Named {
    OnTheCommandLine,
    InTheManifest,
}

impl Named {
    /// How to also write the other certificates that the user trusts.
    pub(crate) const fn to_hold(self) -> &'static str {
        match self {
            Self::OnTheCommandLine => {
                "add `--hold`, which also writes the other certificates of `--roots FILE`"
            }
            Self::InTheManifest => {
                "name the files in `hold` instead of `roots`, which also writes their other certificates"
            }
        }
    }
}

/// Warns that the certificate is not for the host in the constants: a device verifies the name that it
/// connects to.
pub(crate) fn of_another_name(
    whose: &str,
    job: &Request,
    target: &Target,
    named: Named,
    display: &Display,
) {
    let Some(name) = job.reaching.sni.as_ref().map(AsRef::<str>::as_ref) else { return };
    let (host, port) = (target.host(), target.port());
    if display.quiet || name == host {
        return;
    }
    output::warn(
        format_args!(
            "{whose}the generated host is {host}, but the certificate must be verified as {name}"
        ),
        display,
    );
    let advice = match named {
        Named::OnTheCommandLine => {
            format!("run `certgrab {name}:{port} --connect {target}` to write that name")
        }
        Named::InTheManifest => {
            format!("set `host = \"{name}:{port}\"` and `connect = \"{target}\"` in the manifest")
        }
    };
    output::say(format_args!("{} {advice}", style::hint("hint:")));
}
