//! Finds the anchor for the user's certificates, the verdict of each TLS stack, and every format.

use std::path::PathBuf;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use certgrab::Diagnostic as _;
use certgrab::internals::{
    Bundle, Certificate, Entry, FORMATS, Presented, Role, Store, Target, Time, Verified,
    chain::Issuers,
    check::{self, Knowledge, Reading, Severity},
    default_name,
    judge::{
        path::{self, Question},
        prove, rank,
        work::Work,
    },
    output::{bundle::KeyPossession, emit::render},
    run::pack::{self, What},
    stack::{self, Case, STACKS, Verdict},
    text::foreign::Foreign,
    trust::store::Source,
};
use serde::{Deserialize, Serialize};

use crate::chain;
pub use crate::chain::Given;

/// The horizon in days, as in `certgrab check`.
const HORIZON_DAYS: u16 = 90;

/// The source of pasted certificates in the answer.
const PASTED: &str = "what you gave";

/// The request of the page.
#[derive(Debug, Deserialize)]
pub struct Request {
    /// The pasted, dropped or opened certificates.
    pub given: Vec<Given>,
    /// The user's own CA certificates, in the same forms; Mozilla's store is used too.
    #[serde(default)]
    pub roots: Vec<Given>,
    /// `host:port`; empty for the first name of the leaf and the port 443.
    #[serde(default)]
    pub target: String,
    /// The time as of which certificates are verified, RFC 3339.
    pub at: String,
}

/// The answer for the page.
#[derive(Debug, Default, Serialize)]
pub struct Answer {
    /// Why there is no anchor, and a hint.
    pub error: Option<Trouble>,
    /// The verified target, `host:port`; empty without a leaf.
    pub target: String,
    /// The certificates that were found, the leaf first.
    pub certificates: Vec<Shown>,
    /// The path, from the anchor down to the leaf.
    pub path: Vec<Shown>,
    /// The anchor to embed.
    pub anchor: Option<Anchor>,
    /// Whether each TLS stack accepts the chain with the anchor.
    pub stacks: Vec<Row>,
    /// Problems with the format of the given files.
    pub findings: Vec<String>,
    /// The anchor in each format that supports it.
    pub forms: Vec<Form>,
}

/// An error.
#[derive(Debug, Serialize)]
pub struct Trouble {
    message: String,
    hint: Option<String>,
}

/// The facts of a certificate, as text.
#[derive(Debug, Serialize)]
pub struct Shown {
    subject: String,
    issuer: String,
    not_before: String,
    not_after: String,
    key: String,
    sha256: String,
    names: String,
}

/// The anchor.
#[derive(Debug, Serialize)]
pub struct Anchor {
    subject: String,
    sha256: String,
    found_in: String,
    why: String,
    lasts: String,
    /// Whether a path to it was verified. If not, it is a certificate that the user gave.
    proven: bool,
}

/// The verdict of one TLS stack.
#[derive(Debug, Serialize)]
pub struct Row {
    name: &'static str,
    title: &'static str,
    /// `connects`, `refuses` or `unknown`.
    verdict: &'static str,
    why: Option<String>,
    change: Option<String>,
}

/// The anchor in one format.
#[derive(Debug, Serialize)]
pub struct Form {
    name: &'static str,
    reader: &'static str,
    purpose: &'static str,
    is_text: bool,
    /// The text, or the bytes in Base64.
    content: String,
}

/// Answers the JSON of a [`Request`] with the JSON of an [`Answer`].
#[must_use]
pub fn to(request: &[u8]) -> Vec<u8> {
    let answer = match serde_json::from_slice::<Request>(request) {
        Ok(request) => answer(&request),
        Err(error) => failed(format!("the page's request is not readable: {error}"), None),
    };
    serde_json::to_vec(&answer).unwrap_or_default()
}

fn failed(message: String, hint: Option<String>) -> Answer {
    Answer { error: Some(Trouble { message, hint }), ..Answer::default() }
}

fn answer(request: &Request) -> Answer {
    let Ok(at) = request.at.parse::<Time>() else {
        return failed(format!("`{}` is not a time", request.at), None);
    };
    let read = chain::read(&request.given)
        .and_then(|given| chain::read(&request.roots).map(|(roots, _)| (given, roots)));
    let ((certificates, readings), roots) = match read {
        Ok(read) => read,
        Err(message) => return failed(message, None),
    };
    let mut store = Store::mozilla();
    for root in roots {
        store.add_certificate(root, "your CA certificates");
    }
    let leaf = chain::leaf(&certificates);
    let findings = findings(&readings, leaf.is_some(), &store, at);
    let mut answer = match leaf {
        None if certificates.is_empty() => failed(
            "no certificate found".to_owned(),
            Some(
                "paste text with `-----BEGIN CERTIFICATE-----`, or drop a .pem, .cer, .crt, .p7b or \
                 source file"
                    .to_owned(),
            ),
        ),
        None => without_leaf(&certificates, at),
        Some(leaf) => with_leaf(leaf, &certificates, &request.target, &store, at),
    };
    answer.findings = findings;
    answer.certificates = certificates.iter().map(shown).collect();
    answer
}

/// Findings that are errors in a constant, but normal in a chain.
const OF_A_CHAIN: [&str; 2] = ["leaf", "intermediate"];

/// Problems with the format of the files, without notes. With `is_chain`, also without those of
/// [`OF_A_CHAIN`].
fn findings(readings: &[Reading], is_chain: bool, store: &Store, at: Time) -> Vec<String> {
    let knowledge = Knowledge { store, at, horizon_days: HORIZON_DAYS };
    let of = |reading: &Reading| {
        let found = check::lint(reading, &knowledge).and(reading.findings.clone());
        let found: Vec<_> = found
            .listed()
            .iter()
            .filter(|finding| finding.severity > Severity::Note && finding.code != "no-certificate")
            .filter(|finding| !(is_chain && OF_A_CHAIN.contains(&finding.code)))
            .map(|finding| format!("{}: {}", finding.severity.word(), finding.message))
            .collect();
        found
    };
    readings.iter().flat_map(of).collect()
}

/// CA certificates without a leaf: converted, but not verified.
fn without_leaf(certificates: &[Certificate], at: Time) -> Answer {
    let source = Foreign::text(PASTED);
    let roots: Vec<_> = certificates.iter().filter(|one| one.is_self_issued()).collect();
    let chosen = if roots.is_empty() { certificates.iter().collect() } else { roots };
    let entry = |one: &&Certificate| Entry::new((*one).clone(), Role::Anchor, source.clone());
    let entries: Vec<_> = chosen.iter().map(entry).collect();
    let first = chosen[0];
    let expired = at > first.not_after();
    let anchor = Anchor {
        subject: first.subject().text().line(),
        sha256: first.sha256().to_string(),
        found_in: PASTED.to_owned(),
        why: match first.is_self_issued() {
            true => "you gave this root, and no server certificate to verify with it".to_owned(),
            false => "you gave this intermediate; a root is replaced less often".to_owned(),
        },
        lasts: match expired {
            true => format!("it expired on {}", first.not_after().date()),
            false => format!("until it expires, {}", first.not_after().date()),
        },
        proven: false,
    };
    let bundle = Bundle::new(String::new(), 0, entries, KeyPossession::NotProven);
    Answer { anchor: Some(anchor), forms: forms(&bundle), ..Answer::default() }
}

/// A chain with a leaf: verified up to the anchor.
fn with_leaf(
    leaf: &Certificate,
    certificates: &[Certificate],
    target: &str,
    store: &Store,
    at: Time,
) -> Answer {
    let target = match target_of(leaf, target) {
        Ok(target) => target,
        Err(trouble) => return Answer { error: Some(trouble), ..Answer::default() },
    };
    let work = Work::default();
    let chain = chain::in_order(leaf, certificates, &work);
    let ders: Vec<&[u8]> = chain.iter().map(|one| one.der()).collect();
    let presented =
        Presented::from_message(ders.iter().copied(), Source::Presented(PathBuf::from(PASTED)));
    let question = Question { name: Some(target.name()), at, work: &work };
    let verified = path::find(&presented, &[], store, question).and_then(|paths| {
        let ranked = rank::rank(&paths, &presented, &Issuers::default());
        prove::prove(ranked, &presented, question, &[])
    });
    let shown_target = format!("{}:{}", target.host(), target.port());
    match verified {
        Err(refusal) => Answer {
            error: Some(Trouble { message: refusal.to_string(), hint: hint_for(&refusal.hint()) }),
            target: shown_target,
            ..Answer::default()
        },
        Ok(verified) => {
            Answer { target: shown_target, ..proved(&verified, &presented, &ders, &target, at) }
        }
    }
}

/// A hint of the command, reworded for the page.
fn hint_for(hint: &Option<String>) -> Option<String> {
    let roots = "add the CA's certificate under \"My own CA\", after comparing its fingerprint";
    hint.as_ref().map(|hint| match hint.contains("--roots") {
        true => roots.to_owned(),
        false => hint.clone(),
    })
}

/// The entered target, or the leaf's first name.
fn target_of(leaf: &Certificate, typed: &str) -> Result<Target, Trouble> {
    let names = &leaf.extensions().alternative_names;
    let first = names.shown.first().map(|name| name.line().replacen("*.", "www.", 1));
    let text = match (typed.trim(), first) {
        ("", Some(name)) => name,
        ("", None) => {
            let message = "the certificate has no name in subjectAltName".to_owned();
            return Err(Trouble { message, hint: Some("type the server's name".to_owned()) });
        }
        (typed, _) => typed.to_owned(),
    };
    text.parse::<Target>()
        .map_err(|error| Trouble { message: error.to_string(), hint: error.hint() })
}

fn proved(
    verified: &Verified,
    presented: &Presented,
    ders: &[&[u8]],
    target: &Target,
    at: Time,
) -> Answer {
    let candidate = verified.anchor();
    let root = &candidate.root.certificate;
    let host = target.host();
    let anchors = [root.der()];
    let case =
        Case::new(stack::Question { presented: ders, anchors: &anchors, host: Some(&host), at });
    let mut path: Vec<_> = candidate.path.certificates.iter().map(shown).collect();
    if candidate.path.certificates.last() != Some(root) {
        path.push(shown(root));
    }
    path.reverse();
    let bundle = pack::pack(target, presented, verified, What::Anchor);
    Answer {
        path,
        anchor: Some(Anchor {
            subject: root.subject().text().line(),
            sha256: root.sha256().to_string(),
            found_in: candidate.root.source.to_string(),
            why: candidate.reason.to_string(),
            lasts: candidate.lasts.to_string(),
            proven: true,
        }),
        stacks: STACKS.iter().map(|stack| row(stack, &case)).collect(),
        forms: forms(&bundle),
        ..Answer::default()
    }
}

fn row(stack: &'static stack::Stack, case: &Case<'_>) -> Row {
    let verdict = stack.judge(case);
    let word = match &verdict {
        Verdict::Connects => "connects",
        Verdict::Refuses(_) => "refuses",
        Verdict::Unknown(_) => "unknown",
    };
    let refusal = verdict.refusal();
    Row {
        name: stack.name,
        title: stack.title,
        verdict: word,
        why: refusal.map(ToString::to_string),
        change: refusal.and_then(|refusal| stack.remedy(case, refusal)),
    }
}

/// The anchor in each format that supports it.
fn forms(bundle: &Bundle) -> Vec<Form> {
    let name = default_name(bundle);
    let form = |format: &certgrab::Format| {
        let bytes = render(bundle, *format, &name).ok()?;
        let content = match format.is_text {
            true => String::from_utf8(bytes).ok()?,
            false => STANDARD.encode(bytes),
        };
        let (name, reader, purpose) = (format.name, format.reader, format.purpose);
        Some(Form { name, reader, purpose, is_text: format.is_text, content })
    };
    FORMATS.iter().filter_map(form).collect()
}

fn shown(certificate: &Certificate) -> Shown {
    Shown {
        subject: certificate.subject().text().line(),
        issuer: certificate.issuer().text().line(),
        not_before: certificate.not_before().to_string(),
        not_after: certificate.not_after().to_string(),
        key: certificate.key().to_string(),
        sha256: certificate.sha256().to_string(),
        names: certificate.extensions().alternative_names.first(4),
    }
}
