//! Whether the reason that certgrab gives for a refusal is the departure that was made.
//!
//! A departure is of a group, at a certificate or at the chain as a whole. The reason must be a rule of
//! the group, violated by that certificate or, for signatures and issuers, by the one below it.

use std::fmt;

use super::departures::Departure;
use certgrab::internals::stack::{Part, Position, Refusal, Rule, Verdict as Certgrab};

use super::chains::Chains;
use super::clients::Verdicts;
use super::judged::{self, Questions};

/// How many of a hundred refusals must name the departure.
const FEWEST_OF_A_HUNDRED: usize = 99;

/// How many refusals name the departure that was made, and those that do not.
pub(super) struct Named {
    right: usize,
    wrong: Vec<String>,
}

impl Named {
    /// For every refusal in which the library and certgrab agree.
    pub(super) fn of(departures: &[Departure], chains: &Chains, verdicts: &Verdicts) -> Self {
        let questions = Questions::of(chains);
        let cases = questions.cases();
        let mut named = Self { right: 0, wrong: Vec::new() };
        for (stack, said) in verdicts {
            for ((departure, case), library) in departures.iter().zip(&cases).zip(said) {
                let certgrab = judged::verdict(stack, case).expect("a stack");
                if library.connects() || library.is_none() {
                    continue;
                }
                let Certgrab::Refuses(refusal) = &certgrab else { continue };
                // The sound chain that the departure changes is refused for its keys already.
                if matches!(refusal.rule, Rule::KeyKind("RSA")) {
                    continue;
                }
                if is_about(departure, refusal) {
                    named.right += 1;
                } else {
                    named.wrong.push(format!(
                        "{stack}: {} ({}): {refusal}",
                        departure.id, departure.group
                    ));
                }
            }
        }
        named
    }

    /// # Panics
    ///
    /// If fewer refusals than that name the departure.
    pub(super) fn assert_most(&self) {
        let all = self.right + self.wrong.len();
        assert!(all > 0 && self.right * 100 >= all * FEWEST_OF_A_HUNDRED, "{self}");
    }
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.right + self.wrong.len();
        writeln!(f, "{} of {all} refusals name the departure", self.right)?;
        self.wrong.iter().try_for_each(|wrong| writeln!(f, "  {wrong}"))
    }
}

/// Whether the rule is of the departure's group, and the certificate is the right one.
fn is_about(departure: &Departure, refusal: &Refusal) -> bool {
    is_of_group(departure, &refusal.rule) && is_there(departure, refusal)
}

/// The certificate that a departure's id names, by its place from the leaf.
fn place(id: &str) -> Option<usize> {
    let has = |word| id.split('-').any(|part| part == word);
    ["leaf", "int", "root"].into_iter().position(has)
}

fn is_there(departure: &Departure, refusal: &Refusal) -> bool {
    // If the certificates are others, or share a name, the first that cannot continue is named.
    let is_of_chain = departure.group == "order" || departure.id.starts_with("same-dn");
    let Some(expected) = place(&departure.id).filter(|_| !is_of_chain) else { return true };
    let found = match refusal.position {
        Position::Sent(place) => place,
        Position::Anchor(_) => 2,
    };
    // A wrong signature is reported for the signed certificate, and so is what its issuer does not
    // permit.
    let is_of_two = matches!(
        refusal.rule,
        Rule::Scheme(_)
            | Rule::NameConstraints
            | Rule::KeyIdentifier
            | Rule::Policy
            | Rule::Handshake
    );
    // A host only in the common name is a change of the leaf.
    let is_of_leaf = matches!(refusal.rule, Rule::Name(_)) && departure.id.contains("cnonly");
    // The name of an issuer is the subject of the one above.
    let is_of_issuer = matches!(refusal.rule, Rule::Strict(words) if words.contains("issuer"));
    let is_of_two = is_of_two || is_of_leaf || is_of_issuer;
    // A path that is too long may be reported at any of its ends.
    let is_of_path = matches!(refusal.rule, Rule::PathLength);
    found == expected || is_of_path || is_of_two && found < expected
}

fn is_of_group(departure: &Departure, rule: &Rule) -> bool {
    use Rule as R;
    let id = departure.id.as_str();
    let is = |word: &str| id.contains(word);
    // A chain of another shape has another leaf, or none; the error depends on which.
    let is_another_leaf = is("-first") || is("self-");
    if let R::Strict(words) = rule {
        return is_strict_about(departure.group, words);
    }
    match departure.group {
        "names" => match rule {
            R::Name(_) | R::BadAlternativeName(_) | R::LongName => true,
            R::Unreadable(Part::SubjectAltName | Part::Subject) => true,
            R::DuplicateExtension(_) => is("twice") || is("two") || is("dup"),
            R::CriticalExtension(_) => is("crit"),
            R::MessageLength { .. } => is("long") || is("many") || is("1000"),
            _ => false,
        },
        "version" => match rule {
            R::VersionOneCa | R::Unreadable(Part::Version | Part::UniqueIds) => true,
            R::Name(_) => is("v1") || is("v2") || is("no-extensions") || is_another_leaf,
            R::NotCa => is("no-extensions") || is_another_leaf,
            R::CaAsLeaf => is("self-ca") || is("self-ip"),
            R::NoKeyUsage => is("v1") || is("no-extensions"),
            _ => is_another_leaf && matches!(rule, R::IssuerMissing | R::LeafAnchor),
        },
        "basicConstraints" => match rule {
            R::PathLength => is("pathlen") || is("self-issued"),
            R::CaAsLeaf => is("true-leaf"),
            R::NotCa | R::KeyCertSignWithoutCa => true,
            R::Unreadable(Part::BasicConstraints) => true,
            R::DuplicateExtension(_) => is("dup"),
            _ => false,
        },
        "keyUsage" => matches!(
            rule,
            R::NoDigitalSignature
                | R::NoKeyCertSign
                | R::NoKeyUsage
                | R::KeyCertSignWithoutCa
                | R::Unreadable(Part::KeyUsage)
        ),
        "extKeyUsage" => match rule {
            R::Purpose | R::Unreadable(Part::ExtKeyUsage) | R::NetscapeType => true,
            R::CriticalExtension(_) => is("crit"),
            _ => false,
        },
        "order" => match rule {
            R::OutOfOrder | R::IssuerMissing | R::LeafAnchor | R::AnchorKind => true,
            R::AnchorNotSelfSigned => is("anchor"),
            R::ChainLength { .. } | R::MessageLength { .. } => {
                is("depth") || is("k") || is("leaf-") || is("long")
            }
            R::Expired => is("expired"),
            R::WrongSignature | R::KeyIdentifier => is("same-name"),
            R::Name(_) | R::CaAsLeaf | R::NoDigitalSignature => is_another_leaf,
            _ => false,
        },
        "key identifiers" => match rule {
            R::KeyIdentifier | R::SameName => true,
            R::Unreadable(Part::AuthorityKeyId | Part::SubjectKeyId) => true,
            R::AnchorNotSelfSigned => is("aki"),
            R::CriticalExtension(_) => is("crit"),
            R::WrongSignature => is("same-dn"),
            R::WeakDigest(_) => is("-sha1"),
            _ => false,
        },
        "DN" => match rule {
            R::IssuerSpelling | R::LongName => true,
            R::Unreadable(Part::Issuer | Part::Subject) => true,
            R::IssuerMissing => is("other") || is("order"),
            _ => false,
        },
        "nameConstraints" => match rule {
            R::NameConstraints | R::Unreadable(Part::NameConstraints) => true,
            R::CriticalExtension(_) => true,
            R::Name(_) => is("cnonly"),
            _ => false,
        },
        "critical extensions" => match rule {
            R::CriticalExtension(_)
            | R::DuplicateExtension(_)
            | R::Unreadable(Part::ExtensionId) => true,
            R::MessageLength { .. } => ["-16k5", "-17k", "-40k", "-60k"].into_iter().any(is),
            R::MustStaple => is("staple"),
            R::NetscapeType => is("nscerttype"),
            R::Policy => is("policy"),
            _ => false,
        },
        "signature" => match rule {
            R::WeakDigest(_) | R::Scheme(_) => true,
            R::AlgorithmsDiffer => is("inner"),
            R::WrongSignature => is("broken") || is("other"),
            _ => false,
        },
        "keys" => matches!(
            rule,
            R::RsaSize { .. }
                | R::RsaExponent
                | R::Curve(_)
                | R::KeyKind(_)
                | R::CompressedPoint
                | R::ExplicitCurve
                | R::Handshake
                | R::Scheme(_)
                | R::Unreadable(Part::Key)
        ),
        "dates" => matches!(rule, R::Expired | R::NotYetValid | R::Unreadable(Part::Validity)),
        "serial" => matches!(
            rule,
            R::EmptySerial
                | R::PaddedSerial
                | R::NegativeSerial
                | R::ZeroSerial
                | R::LongSerial { .. }
                | R::Unreadable(Part::SerialNumber)
        ),
        _ => false,
    }
}

/// Whether a strict check of RFC 5280 is about a group, by the words of its part.
fn is_strict_about(group: &str, words: &str) -> bool {
    let parts: &[&str] = match group {
        "version" => &["version", "KeyIdentifier", "keyUsage"],
        "basicConstraints" => &["basicConstraints", "pathLen", "CA"],
        "keyUsage" => &["keyUsage", "keyCertSign"],
        "key identifiers" => &["KeyIdentifier"],
        "DN" => &["issuer", "subject"],
        "names" => &["subject"],
        "signature" => &["signature algorithms"],
        "critical extensions" => &["critical"],
        _ => &[],
    };
    parts.iter().any(|part| words.contains(part))
}
