//! Why no path verifies, in one sentence and with one hint.
//!
//! In: the available certificates and the problem of the search. Out: [`Refusal`]. The [`Graph`] shows
//! where the chain breaks. It explains the outcome and never decides it.

use super::{Problem, Question, Refusal, spelling, webpki_error, words};
use crate::{
    judge::{
        graph::{Graph, names_key_of},
        work::Work,
    },
    text::{foreign::Foreign, time::Time},
    trust::store::{Root, Store},
    x509::{certificate::Certificate, extensions::Violation},
};

pub(crate) fn trusted_leaf_is_issued(leaf: &Certificate) -> Refusal {
    Refusal::TrustedLeafIsIssued { subject: leaf.subject().text(), issuer: leaf.issuer().text() }
}

pub(crate) fn out_of_date(certificate: &Certificate, at: Time) -> Refusal {
    Refusal::OutOfDate {
        subject: certificate.subject().text(),
        not_before: certificate.not_before(),
        not_after: certificate.not_after(),
        at,
    }
}

pub(crate) fn leaf_refused(
    leaf: &Certificate,
    question: Question<'_>,
    error: &webpki::Error,
) -> Refusal {
    match error {
        webpki::Error::CertNotValidForName(_) => Refusal::WrongName {
            wanted: question.name.map(|name| name.to_str().into_owned()).unwrap_or_default(),
            found: leaf.extensions().alternative_names.clone(),
            common_name: leaf.subject().short(),
            is_authority: leaf.extensions().is_authority,
        },
        other => not_verifiable(leaf, other),
    }
}

/// Says why no path from `leaf` through `candidates` to `roots` verifies.
pub(crate) fn why_not(
    leaf: &Certificate,
    candidates: &[Certificate],
    roots: &[Root],
    store: &Store,
    question: Question<'_>,
    problem: Problem,
) -> Refusal {
    let error = match problem {
        Problem::Anchor { certificate, violation: Violation::Validity { at } } => {
            return out_of_date(&certificate, at);
        }
        Problem::Anchor { certificate, violation } => {
            return Refusal::Violates { subject: certificate.subject().text(), violation };
        }
        Problem::Work(spent) => return Refusal::GivenUp(spent),
        Problem::WebPki(error) => error,
    };
    if let webpki::Error::CertNotValidForName(_) = error {
        return leaf_refused(leaf, question, &error);
    }
    let chain = climb(leaf, candidates, roots, question.work);
    if let Some(expired) = chain.certificates.iter().find(|one| !one.is_valid_at(question.at)) {
        return out_of_date(expired, question.at);
    }
    let is_anchored = matches!(chain.end, End::Trusted(_));
    if let Some((certificate, reason)) =
        webpki_error::of(&chain.certificates, is_anchored, &error, question)
        // A self-issued CA certificate as a leaf is reported below, by where its chain ends.
        && (error != webpki::Error::CaUsedAsEndEntity || !leaf.is_self_issued())
    {
        return Refusal::NotVerifiable {
            subject: certificate.subject().text(),
            reason,
            trust: None,
        };
    }
    if let Some(spent) = question.work.spent().filter(|_| question.work.checks_no_more()) {
        return Refusal::GivenUp(spent);
    }
    if !is_anchored && let Some(refusal) = not_supported(&chain) {
        return refusal;
    }
    if let (webpki::Error::UnknownIssuer, End::Missing(child)) = (&error, &chain.end)
        && let Some(found) = spelling::issuer(child, candidates, store, question.work)
    {
        return Refusal::OtherSpelling {
            subject: child.subject().text(),
            issuer: child.issuer().text(),
            found: found.subject().text(),
        };
    }
    broken_chain(leaf, chain.end, &error, store)
}

/// The first link of `chain` that certgrab cannot verify: trusting the end of the chain would not help,
/// but trusting the certificate below the link would.
fn not_supported(chain: &Climbed<'_>) -> Option<Refusal> {
    let links = chain.certificates.iter().zip(chain.certificates.iter().skip(1)).enumerate();
    let mut links = links.map(|(place, (child, issuer))| {
        (place, webpki_error::unsupported_link(child, issuer).map(|it| (it.0.subject(), it.1)))
    });
    let (below, (subject, reason)) =
        links.find_map(|(place, problem)| Some((place, problem?))).or_else(|| {
            let End::Missing(child) = chain.end else { return None };
            let reason = webpki_error::unsupported_signature(child)?;
            Some((chain.certificates.len() - 1, (child.subject(), reason)))
        })?;
    let below = chain.certificates[below];
    let is_leaf = Some(&below) == chain.certificates.first();
    let trust = (!is_leaf).then(|| (below.subject().text(), below.sha256()));
    Some(Refusal::NotVerifiable { subject: subject.text(), reason, trust })
}

/// Why the chain from `leaf` reaches no trusted root, by where it ends.
fn broken_chain(leaf: &Certificate, end: End<'_>, error: &webpki::Error, store: &Store) -> Refusal {
    match (error, end) {
        (_, End::OtherKey { child, root }) => Refusal::OtherKey {
            subject: child.subject().text(),
            issuer: root.subject().text(),
            store: store.description(),
        },
        (webpki::Error::UnknownIssuer, End::Loop(child)) => Refusal::IssuerLoop {
            subject: child.subject().text(),
            issuer: child.issuer().text(),
            store: store.description(),
        },
        (_, End::WrongSignature { child, issuer }) => Refusal::WrongSignature {
            subject: child.subject().text(),
            issuer: issuer.subject().text(),
        },
        // A root with a trusted name and another key is also an unknown root.
        (
            webpki::Error::UnknownIssuer
            | webpki::Error::CaUsedAsEndEntity
            | webpki::Error::InvalidSignatureForPublicKey,
            End::Root(root),
        ) => Refusal::UnknownRoot {
            subject: root.subject().text(),
            sha256: root.sha256(),
            store: store.description(),
            is_leaf: root == leaf,
            not_after: root.not_after(),
        },
        (webpki::Error::UnknownIssuer, End::Missing(child)) => Refusal::MissingIssuer {
            subject: child.subject().text(),
            issuer: child.issuer().text(),
            sha256: child.sha256(),
            urls: child.extensions().issuer_urls.iter().map(|url| Foreign::text(url)).collect(),
            looked: Vec::new(),
            unreadable: Vec::new(),
            store: store.description(),
            is_leaf: child == leaf,
        },
        (_, End::Root(top) | End::Missing(top) | End::Trusted(top) | End::Loop(top)) => {
            not_verifiable(top, error)
        }
    }
}

/// The chain by names and signatures, with the place where it ends.
struct Climbed<'a> {
    certificates: Vec<&'a Certificate>,
    end: End<'a>,
}

enum End<'a> {
    /// In a self-issued certificate that is not trusted.
    Root(&'a Certificate),
    /// Below an issuer that is not available.
    Missing(&'a Certificate),
    /// Below a root of the store with the issuer's name and another key.
    OtherKey { child: &'a Certificate, root: &'a Certificate },
    /// In a root of the store.
    Trusted(&'a Certificate),
    /// In a loop of issuers.
    Loop(&'a Certificate),
    /// In a certificate that its issuer did not sign.
    WrongSignature { child: &'a Certificate, issuer: &'a Certificate },
}

/// Goes from the leaf to the issuer of each certificate, by name and by signature.
fn climb<'a>(
    leaf: &'a Certificate,
    candidates: &'a [Certificate],
    roots: &'a [Root],
    work: &'a Work,
) -> Climbed<'a> {
    let trusted = Graph::new(roots.iter().map(|root| &root.certificate), work);
    let at_hand = Graph::new(candidates, work);
    // A signature that cannot be checked counts as valid: the chain may continue above it.
    let signed = |child, issuer| work.is_signed_by(child, issuer) != Some(false);
    let mut certificates = vec![leaf];
    let mut current = leaf;
    loop {
        if let Some(root) = trusted.named(current).find(|root| signed(current, root)) {
            certificates.push(root);
            return Climbed { certificates, end: End::Trusted(root) };
        }
        if current.is_self_issued() && signed(current, current) {
            return Climbed { certificates, end: End::Root(current) };
        }
        let named: Vec<_> = at_hand.named(current).collect();
        let next =
            named.iter().find(|issuer| signed(current, issuer) && !certificates.contains(issuer));
        match (next, named.first()) {
            (Some(issuer), _) => {
                certificates.push(issuer);
                current = issuer;
            }
            (None, Some(issuer)) if !certificates.contains(issuer) => {
                let end = End::WrongSignature { child: current, issuer };
                return Climbed { certificates, end };
            }
            (None, Some(_)) if !current.is_self_issued() => {
                return Climbed { certificates, end: End::Loop(current) };
            }
            (None, _) => {
                let end = match trusted.named(current).next() {
                    Some(root) if names_key_of(current, root) => {
                        End::WrongSignature { child: current, issuer: root }
                    }
                    Some(root) => End::OtherKey { child: current, root },
                    None => End::Missing(current),
                };
                return Climbed { certificates, end };
            }
        }
    }
}

fn not_verifiable(certificate: &Certificate, error: &webpki::Error) -> Refusal {
    Refusal::NotVerifiable {
        subject: certificate.subject().text(),
        reason: words::sentence(error).to_owned(),
        trust: None,
    }
}
