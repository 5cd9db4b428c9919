//! Paths in any order, for the stacks that try one issuer after the other (Go, Java).
//!
//! In: a stack's rules for each link. Out: that some path is valid, or the rule that the one that got
//! furthest violates.

use super::{
    case::{Case, Cert},
    reason::{Position, Refusal, Rule},
    signature::Check,
    view::View,
};

/// A certificate with its fields.
pub(super) type Link<'c, 'a> = (&'c Cert<'a>, &'c View<'a>);

/// The certificates of a case, each read as the stack reads it.
pub(super) struct Links<'c, 'a> {
    pub(super) anchors: Vec<Link<'c, 'a>>,
    pub(super) sent: Vec<Link<'c, 'a>>,
    pub(super) leaf: Link<'c, 'a>,
}

impl<'c, 'a> Links<'c, 'a> {
    /// Reads the anchors and the certificates sent, at most `most` certificates in a message of
    /// `most_octets`.
    pub(super) fn read(
        case: &'c Case<'a>,
        reads: fn(&View<'_>) -> Result<(), Rule>,
        most_octets: usize,
        most: usize,
    ) -> Result<Self, Refusal> {
        let read = |cert: &'c Cert<'a>| -> Result<Link<'c, 'a>, Refusal> {
            let view = cert.read()?;
            reads(view).map_err(|rule| cert.breaks(rule))?;
            Ok((cert, view))
        };
        let anchors = case.anchors.iter().map(read).collect::<Result<_, _>>()?;
        case.fits(most_octets)?;
        if case.sent.len() > most {
            return Err(Refusal::of_chain(Rule::ChainLength { most }));
        }
        let sent: Vec<_> = case.sent.iter().map(read).collect::<Result<_, _>>()?;
        let leaf = *sent.first().ok_or(Refusal::of_chain(Rule::NoCertificate))?;
        Ok(Self { anchors, sent, leaf })
    }
}

/// The rules of a stack for one link of a path.
pub(super) trait Rules<'c, 'a> {
    /// The certificates that may be the issuer of `below`, the likeliest first.
    fn candidates(&self, below: Link<'c, 'a>) -> Vec<Link<'c, 'a>>;

    /// Whether `candidate` may follow on `path`, except for its signature.
    fn link(&self, path: &[Link<'c, 'a>], candidate: Link<'c, 'a>) -> Result<(), Refusal>;

    /// Whether a path that ends in an anchor is valid as a whole.
    fn whole(&self, path: &[Link<'c, 'a>]) -> Result<(), Refusal>;

    /// Why there is no candidate above `below`.
    fn why_none(&self, below: Link<'c, 'a>) -> Refusal;
}

/// The most signatures that one search computes: Go's `maxChainSignatureChecks`.
const MOST_CHECKS: usize = 100;

/// A search, and the best failure so far.
pub(super) struct Search<'s, 'c, 'a, R> {
    pub(super) case: &'c Case<'a>,
    pub(super) rules: &'s R,
    checks: usize,
    furthest: Option<(usize, Refusal)>,
    unknown: Option<Refusal>,
}

impl<'s, 'c, 'a, R: Rules<'c, 'a>> Search<'s, 'c, 'a, R> {
    pub(super) const fn new(case: &'c Case<'a>, rules: &'s R) -> Self {
        Self { case, rules, checks: 0, furthest: None, unknown: None }
    }

    /// Searches a path from `leaf` to an anchor.
    pub(super) fn run(mut self, leaf: Link<'c, 'a>) -> Result<(), Refusal> {
        if self.up(&mut vec![leaf], None) {
            return Ok(());
        }
        if let Some(refusal) = self.unknown {
            return Err(refusal);
        }
        Err(self.furthest.map_or(Refusal::of_chain(Rule::IssuerMissing), |(_, refusal)| refusal))
    }

    fn up(&mut self, path: &mut Vec<Link<'c, 'a>>, unknown: Option<&Refusal>) -> bool {
        let below = path[path.len() - 1];
        let candidates = self.rules.candidates(below);
        let mut is_any = false;
        for candidate in candidates {
            let is_taken = path.iter().any(|link| self.case.is_same(link.0, candidate.0));
            if is_taken {
                continue;
            }
            is_any = true;
            self.checks += 1;
            if self.checks > MOST_CHECKS {
                return false;
            }
            match self.try_one(path, candidate, unknown) {
                Ok(true) => return true,
                Ok(false) => {}
                Err(refusal) => self.fail(path.len(), refusal),
            }
        }
        if !is_any {
            let refusal = self.rules.why_none(below);
            self.fail(path.len(), refusal);
        }
        false
    }

    /// Adds one candidate to the path, and continues from there.
    fn try_one(
        &mut self,
        path: &mut Vec<Link<'c, 'a>>,
        candidate: Link<'c, 'a>,
        unknown: Option<&Refusal>,
    ) -> Result<bool, Refusal> {
        let (below, _) = path[path.len() - 1];
        let computed = match self.case.check(below, candidate.0) {
            Check::Bad => return Err(below.breaks(Rule::WrongSignature)),
            Check::Good => None,
            Check::Unknown => Some(below.breaks(Rule::NotComputed)),
        };
        self.rules.link(path, candidate)?;
        path.push(candidate);
        let unknown = computed.as_ref().or(unknown);
        let outcome = match candidate.0.position {
            Position::Anchor(_) => match (self.rules.whole(path), unknown) {
                (Err(refusal), _) => Err(refusal),
                (Ok(()), None) => Ok(true),
                (Ok(()), Some(refusal)) => {
                    self.unknown = Some(refusal.clone());
                    Ok(false)
                }
            },
            Position::Sent(_) => Ok(self.up(path, unknown)),
        };
        path.pop();
        outcome
    }

    /// Keeps the failure of the longest path; a wrong key is the least useful.
    fn fail(&mut self, length: usize, refusal: Refusal) {
        let weight = length * 2 - usize::from(refusal.rule == Rule::WrongSignature);
        if self.furthest.as_ref().is_none_or(|(other, _)| weight > *other) {
            self.furthest = Some((weight, refusal));
        }
    }
}
