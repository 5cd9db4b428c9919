//! One target's result as a JSON document.
//!
//! In: a [`Grab`] or an [`Error`]. Out: [`Document`]; its field names do not change within
//! schema 1, fields may be added. A survey has [`SurveyDocument`].

mod announced;
mod certificate;
mod stacks;
mod survey;

use std::sync::Arc;

use serde::Serialize;

use super::{
    grab::{Error, Grab, Judgement, Options},
    warning::{self, Warning},
};
use crate::chain::{CertificateRequest, Handshake, MaxFragmentLength, OtherAddress};
use crate::{
    endpoint::Target,
    judge::{
        every_stack::OfStack,
        path::{self, Path, Question, Refusal},
        rank::Candidate,
        stacks::Asked,
    },
    output::bundle::Entry,
    text::{diagnostic::Diagnostic, foreign::Foreign},
    tls::Verdict,
};

use self::announced::AnnouncedPart;
use self::certificate::{CertificatePart, PresentedPart, UnreadablePart, certificate};
use self::stacks::StackPart;
pub use self::survey::SurveyDocument;

/// The version of the document format.
pub const SCHEMA: u32 = 1;

/// One target's result.
#[derive(Debug, Default, Serialize)]
pub struct Document {
    schema: u32,
    /// The position of the target in a list of many, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<u64>,
    /// Null if only the path was verified.
    target: Option<TargetPart>,
    /// `ok`, `untrusted` or `failed`.
    status: &'static str,
    error: Option<ErrorPart>,
    handshake: Option<HandshakePart>,
    /// The device whose ClientHello was sent, and whether it can connect.
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<DevicePart>,
    /// The address that presented the chain; null behind a proxy and for a file.
    address: Option<String>,
    /// The other addresses of the name.
    other_addresses: Vec<AddressPart>,
    presented: Vec<PresentedPart>,
    /// The presented certificates that cannot be read.
    unreadable: Vec<UnreadablePart>,
    fetched: Vec<Arc<CertificatePart>>,
    paths: Vec<PathPart>,
    /// Whether there may be more paths than those listed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    paths_cut: bool,
    anchor: Option<AnchorPart>,
    sufficient: Option<bool>,
    alternatives: Vec<AnchorPart>,
    /// The extra roots, if any were requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    besides: Option<Vec<ExtraPart>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    announced: Vec<AnnouncedPart>,
    /// The verdict of every TLS stack, if it was requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    stacks: Option<Vec<StackPart>>,
    warnings: Vec<Warning>,
}

#[derive(Debug, Serialize)]
struct TargetPart {
    host: String,
    port: u16,
    name: String,
    starttls: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct ErrorPart {
    kind: &'static str,
    stage: &'static str,
    message: String,
    hint: Option<String>,
}

#[derive(Debug, Serialize)]
struct HandshakePart {
    method: String,
    version: String,
    cipher_suite: String,
    key_possession: &'static str,
    client_certificate_requested: bool,
    /// Whether the server requires one; null if that is not known.
    client_certificate_required: Option<bool>,
    /// Whether it accepts the one that was presented; null if that is not known.
    client_certificate_accepted: Option<bool>,
    /// The names of the CAs that it accepts client certificates from.
    client_certificate_authorities: Vec<String>,
    certificate_message_bytes: usize,
    /// Why the handshake was not completed.
    incomplete: Option<String>,
}

#[derive(Debug, Serialize)]
struct AddressPart {
    address: String,
    /// Why it presented no chain; null if it was not asked.
    error: Option<String>,
}

#[derive(Debug, Serialize)]
struct DevicePart {
    name: &'static str,
    can_connect: bool,
    /// What to change in its configuration.
    change: Option<String>,
    /// Bytes of the Certificate message, which most devices must hold at once.
    certificate_message_bytes: Option<usize>,
    /// Bytes of plaintext that one incoming record may hold.
    receive_buffer_bytes: usize,
    /// The record size in bytes that the server agreed to, or would agree to on request: devices that
    /// cannot request it are judged too.
    max_fragment_length: Option<usize>,
    /// Whether a device must present a client certificate.
    needs_client_certificate: bool,
    verdict: Vec<String>,
}

#[derive(Debug, Serialize)]
struct PathPart {
    certificates: Vec<String>,
    valid: bool,
    problem: Option<String>,
}

#[derive(Debug, Serialize)]
struct AnchorPart {
    #[serde(flatten)]
    certificate: Arc<CertificatePart>,
    reason: String,
    lasts_until: String,
}

#[derive(Debug, Serialize)]
struct ExtraPart {
    /// `backup` or `sibling`.
    role: &'static str,
    #[serde(flatten)]
    anchor: AnchorPart,
}

impl Document {
    /// The document of a target that was queried with `options`.
    #[must_use]
    pub fn new(target: &Target, outcome: &Result<Grab, Error>, options: &Options) -> Self {
        match outcome {
            Err(error) => {
                let device = error.verdict().as_ref().map(DevicePart::new);
                let error = Some(ErrorPart::new(error));
                Self { error, device, ..Self::empty(Some(target), options) }
            }
            Ok(grab) => Self::of(Some(target), grab, options),
        }
    }

    /// The document of a chain that was verified for `target`, or of which only the path was verified.
    #[must_use]
    pub fn of(target: Option<&Target>, grab: &Grab, options: &Options) -> Self {
        let mut document = Self::empty(target, options);
        let name = target.map(|target| options.wanted_name(target));
        document.fill(grab, Asked { name: name.as_ref(), at: options.at });
        if let (true, Some(target), Ok(judgement)) =
            (options.extras.is_any(), target, &grab.verdict)
        {
            let bundle = judgement.bundle(target, &grab.presented, options);
            document.besides = Some(bundle.extras().map(besides).collect());
            document.announced = announced::parts(options, judgement.verified.anchor());
        }
        document.add_refused_paths(target, grab, options);
        document
    }

    fn empty(target: Option<&Target>, options: &Options) -> Self {
        Self {
            schema: SCHEMA,
            target: target.map(|target| TargetPart::new(target, options)),
            status: "failed",
            ..Self::default()
        }
    }

    fn fill(&mut self, grab: &Grab, asked: Asked<'_>) {
        let presented = &grab.presented;
        self.handshake = presented.handshake.as_ref().map(HandshakePart::new);
        self.address = presented.peer.map(|peer| peer.to_string());
        self.other_addresses = presented.others.iter().map(address).collect();
        self.device = grab.device().as_ref().map(DevicePart::new);
        (self.presented, self.unreadable) = certificate::presented(presented);
        let fetched = grab.issuers.certificates.iter().map(|one| &one.certificate);
        self.fetched = fetched.map(|one| certificate(one, &grab.source(one))).collect();
        match &grab.verdict {
            Ok(judgement) => self.trusted(grab, judgement, asked),
            Err(refusal) => self.untrusted(grab, refusal),
        }
    }

    fn trusted(&mut self, grab: &Grab, judgement: &Judgement, asked: Asked<'_>) {
        let Judgement { paths, verified } = judgement;
        self.status = "ok";
        self.paths = paths.found.iter().map(path_part).collect();
        self.anchor = Some(anchor(verified.anchor()));
        self.sufficient = Some(verified.anchor().is_sufficient());
        self.alternatives = verified.alternatives().iter().map(anchor).collect();
        self.warnings = warning::about_anchor(&grab.presented, paths, verified, asked, &grab.work);
    }

    /// The invalid paths, after the valid ones.
    fn add_refused_paths(&mut self, target: Option<&Target>, grab: &Grab, options: &Options) {
        let name = target.map(|target| options.wanted_name(target));
        let question = Question { name: name.as_ref(), at: options.at, work: &grab.work };
        let issuers = grab.issuers.candidates();
        let traces = path::trace(&grab.presented, &issuers, &options.store, question);
        self.paths_cut = traces.cut;
        let refused = traces.found.into_iter().filter(|trace| trace.problem.is_some());
        self.paths.extend(refused.map(|trace| PathPart {
            certificates: trace.certificates.iter().map(|one| one.sha256().to_string()).collect(),
            valid: false,
            problem: trace.problem,
        }));
    }

    fn untrusted(&mut self, grab: &Grab, refusal: &Refusal) {
        self.status = "untrusted";
        self.error = Some(ErrorPart::new(refusal));
        self.warnings = warning::about_presented(&grab.presented);
    }

    /// Adds the verdict of every TLS stack.
    #[must_use]
    pub fn with_stacks(mut self, verdicts: &[OfStack]) -> Self {
        self.stacks = Some(verdicts.iter().map(StackPart::new).collect());
        self
    }

    /// The document of the target at position `index` of a list, from 0.
    #[must_use]
    pub fn with_index(mut self, index: u64) -> Self {
        self.index = Some(index);
        self
    }

    /// The document on one line, `\n` ended.
    #[must_use]
    pub fn to_line(&self) -> String {
        line(self)
    }
}

impl TargetPart {
    fn new(target: &Target, options: &Options) -> Self {
        Self {
            host: target.host(),
            port: target.port(),
            name: options.wanted_name(target).to_str().into_owned(),
            starttls: target.scheme().starttls.map(|_| target.scheme().word),
        }
    }
}

impl DevicePart {
    fn new(verdict: &Verdict) -> Self {
        Self {
            name: verdict.device.name,
            can_connect: verdict.obstacle.is_none(),
            change: verdict.change.clone(),
            certificate_message_bytes: verdict.certificate_message_bytes,
            receive_buffer_bytes: verdict.device.receive_bytes,
            max_fragment_length: verdict.max_fragment_length.map(MaxFragmentLength::bytes),
            needs_client_certificate: verdict.needs_client_certificate,
            verdict: verdict.sentences(),
        }
    }
}

impl ErrorPart {
    fn new(error: &dyn Diagnostic) -> Self {
        Self {
            kind: error.kind(),
            stage: error.stage(),
            message: error.to_string(),
            hint: error.hint(),
        }
    }
}

impl HandshakePart {
    fn new(handshake: &Handshake) -> Self {
        let request = handshake.client_certificate.as_ref();
        let authorities = request.iter().flat_map(|request| &request.authorities);
        Self {
            method: handshake.method.to_string(),
            version: handshake.version_name(),
            cipher_suite: handshake.cipher_suite.clone(),
            key_possession: handshake.key_possession.words(),
            client_certificate_requested: request.is_some(),
            client_certificate_required: request.and_then(CertificateRequest::is_required),
            client_certificate_accepted: request.and_then(CertificateRequest::is_accepted),
            client_certificate_authorities: authorities.map(Foreign::line).collect(),
            certificate_message_bytes: handshake.certificate_message_bytes,
            incomplete: handshake.incomplete.clone(),
        }
    }
}

fn line(document: &impl Serialize) -> String {
    let line = serde_json::to_string(document).expect("strings and numbers always serialise");
    let mut line = crate::text::json::visible(&line);
    line.push('\n');
    line
}

fn path_part(path: &Path) -> PathPart {
    let mut certificates: Vec<_> =
        path.certificates.iter().map(|one| one.sha256().to_string()).collect();
    let anchor = path.anchor.certificate.sha256().to_string();
    if certificates.last() != Some(&anchor) {
        certificates.push(anchor);
    }
    PathPart { certificates, valid: true, problem: None }
}

fn anchor(candidate: &Candidate) -> AnchorPart {
    AnchorPart {
        certificate: certificate(&candidate.root.certificate, &candidate.root.source),
        reason: candidate.reason.to_string(),
        lasts_until: candidate.lasts.until.to_string(),
    }
}

fn besides(entry: &Entry) -> ExtraPart {
    ExtraPart {
        role: entry.role.word(),
        anchor: AnchorPart {
            certificate: certificate(&entry.certificate, &entry.source.line()),
            reason: entry.reason.as_ref().map(Foreign::line).unwrap_or_default(),
            lasts_until: entry.lasts_until.map(|until| until.to_string()).unwrap_or_default(),
        },
    }
}

fn address(other: &OtherAddress) -> AddressPart {
    AddressPart { address: other.address.to_string(), error: other.failure.clone() }
}
