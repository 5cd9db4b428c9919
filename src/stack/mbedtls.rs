//! Mbed TLS 2.28 and 3.6: `x509_crt.c`, and the checks of `ssl_tls.c` (read and measured).
//!
//! A path is built forward only: the issuer of a certificate is searched among the anchors, then among
//! the certificates after it, and the first match is kept. An anchor may be any CA certificate, or the
//! leaf itself if it is self-issued.

pub(super) mod builds;
mod reading;

use super::{
    case::{Case, Cert},
    dates,
    dn::Dn,
    extensions::{ADDRESS, DIGITAL_SIGNATURE, DNS, KEY_CERT_SIGN, URI},
    host,
    issuer::{Wanted, why_none},
    key::{Curve, Digest, Key},
    oid,
    reason::{Position, Refusal, Rule, Verdict},
    signature::Check,
    view::View,
};

/// The differences between versions and builds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Build {
    pub(super) version: Version,
    /// `MBEDTLS_HAVE_TIME_DATE`.
    pub(super) checks_dates: bool,
    /// The digests that are compiled in: another one makes a certificate unreadable.
    pub(super) compiled: &'static [Digest],
    /// `MBEDTLS_X509_RSASSA_PSS_SUPPORT`.
    pub(super) reads_pss: bool,
    /// `MBEDTLS_ECP_DP_BP256R1_ENABLED` and the like.
    pub(super) has_brainpool: bool,
    /// Whether one unreadable anchor among others ends the connection: `mbedtls_x509_crt_parse` returns how
    /// many it could not read, which most callers ignore.
    pub(super) needs_every_anchor: bool,
    /// `MBEDTLS_SSL_IN_CONTENT_LEN`, the limit for one handshake message.
    pub(super) most_octets: usize,
}

/// The supported branches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    V2_28,
    V3_6,
}

/// What a path may end in.
pub(super) enum Trust<'c, 'a> {
    /// Certificates, as passed to `mbedtls_ssl_conf_ca_chain`.
    Anchors(Vec<&'c Cert<'a>>),
    /// Names and keys of ESP-IDF's bundle, which is only searched for the issuer of the topmost
    /// certificate.
    Topmost(Vec<&'c Cert<'a>>),
    /// The same, searched for every issuer.
    Every(Vec<&'c Cert<'a>>),
}

/// The most intermediates: `MBEDTLS_X509_MAX_INTERMEDIATE_CA`.
const MOST_INTERMEDIATES: i64 = 8;
/// `rsa_min_bitlen` of the default profile.
const FEWEST_RSA_BITS: usize = 2048;

/// The verdict on `case`.
pub(super) fn judge(case: &Case<'_>, build: &Build) -> Verdict {
    let usable = usable_anchors(case, build);
    usable.and_then(|anchors| judge_against(case, build, &Trust::Anchors(anchors))).into()
}

/// Whether the stack can read the key of a certificate.
pub(super) fn reads_key(cert: &Cert<'_>, build: &Build) -> bool {
    cert.view.as_ref().is_ok_and(|view| reading::key(&view.key, build).is_ok())
}

/// The anchors that the stack can read.
fn usable_anchors<'c, 'a>(case: &'c Case<'a>, build: &Build) -> Result<Vec<&'c Cert<'a>>, Refusal> {
    let mut usable = Vec::new();
    let mut refused = None;
    for anchor in &case.anchors {
        match anchor.read().and_then(|view| reading::reads(anchor, view, build)) {
            Ok(()) => usable.push(anchor),
            Err(refusal) => _ = refused.get_or_insert(refusal),
        }
    }
    match refused.filter(|_| usable.is_empty() || build.needs_every_anchor) {
        Some(refusal) => Err(refusal),
        None => Ok(usable),
    }
}

/// The verdict on `case` with the trusted certificates.
pub(super) fn judge_against(
    case: &Case<'_>,
    build: &Build,
    trust: &Trust<'_, '_>,
) -> Result<(), Refusal> {
    case.fits(build.most_octets)?;
    let mut chain = Vec::new();
    for cert in &case.sent {
        let view = cert.read()?;
        match reading::reads(cert, view, build) {
            Ok(()) => chain.push((cert, view)),
            // A certificate with an unknown algorithm may not be needed.
            Err(refusal) if reading::is_unknown_scheme(&refusal) && !chain.is_empty() => {}
            Err(refusal) => return Err(refusal),
        }
    }
    let Some((leaf, view)) = chain.first() else {
        return Err(Refusal::of_chain(Rule::NoCertificate));
    };
    let mut walk = Walk { case, build, trust, chain: &chain, refusals: Vec::new(), unknown: None };
    walk.key(leaf, view);
    walk.up();
    walk.leaf(leaf, view);
    match walk.refusals.into_iter().next() {
        Some(refusal) => Err(refusal),
        None => walk.unknown.map_or(Ok(()), Err),
    }
}

/// The chain under construction, and its problems so far.
struct Walk<'w, 'c, 'a> {
    case: &'w Case<'a>,
    build: &'w Build,
    trust: &'w Trust<'c, 'a>,
    chain: &'w [(&'w Cert<'a>, &'w View<'a>)],
    refusals: Vec<Refusal>,
    unknown: Option<Refusal>,
}

/// A certificate and whether it is trusted.
type Found<'w, 'a> = (&'w Cert<'a>, &'w View<'a>, Check);

impl<'w, 'a> Walk<'w, '_, 'a> {
    /// `x509_crt_verify_chain`.
    fn up(&mut self) {
        let (mut child, mut view) = self.chain[0];
        let mut is_trusted = false;
        let (mut length, mut self_issued) = (0_i64, 0);
        loop {
            length += 1;
            self.dates(child, view, is_trusted);
            if is_trusted {
                return;
            }
            self.digest(child, view);
            if length == 1 && self.is_trusted_leaf(child, view) {
                return;
            }
            let below = length - 1 - self_issued;
            let Some((parent, above, check, trusted)) = self.parent(child, view, below) else {
                return self.end(child, view);
            };
            if length != 1 && view.issuer.equals_in_mbedtls(&view.subject) {
                self_issued += 1;
            }
            if !trusted && length > MOST_INTERMEDIATES {
                let most = MOST_INTERMEDIATES as usize + 2;
                return self.refusals.push(Refusal::of_chain(Rule::ChainLength { most }));
            }
            match check {
                Check::Good => {}
                Check::Bad => self.refusals.push(child.breaks(Rule::WrongSignature)),
                Check::Unknown => self.unknown = Some(child.breaks(Rule::NotComputed)),
            }
            self.key(parent, above);
            (child, view, is_trusted) = (parent, above, trusted);
        }
    }

    /// The validity of every certificate, except a bundle's names and keys.
    fn dates(&mut self, cert: &Cert<'_>, view: &View<'_>, is_trusted: bool) {
        let is_certificate = !is_trusted || matches!(self.trust, Trust::Anchors(_));
        if self.build.checks_dates && is_certificate {
            self.refusals.extend(self.outdated(view).map(|rule| cert.breaks(rule)));
        }
    }

    fn outdated(&self, view: &View<'_>) -> Option<Rule> {
        let at = |date| dates::read(date).map_or(i64::MIN, |written| written.unix());
        if at(view.not_after) < self.case.at {
            return Some(Rule::Expired);
        }
        (at(view.not_before) > self.case.at).then_some(Rule::NotYetValid)
    }

    /// `x509_profile_check_md_alg`.
    fn digest(&mut self, cert: &Cert<'_>, view: &View<'_>) {
        let Some(digest) = view.inner.scheme.digest() else { return };
        let is_weak = match digest {
            Digest::Md2 | Digest::Md5 | Digest::Sha1 => true,
            Digest::Sha224 => self.build.version == Version::V3_6,
            Digest::Sha256 | Digest::Sha384 | Digest::Sha512 => false,
        };
        if is_weak {
            self.refusals.push(cert.breaks(Rule::WeakDigest(digest)));
        }
    }

    /// `x509_profile_check_key`.
    fn key(&mut self, cert: &Cert<'_>, view: &View<'_>) {
        let rule = match view.key {
            Key::Rsa { modulus, .. } => {
                let bits = view.key.rsa_bits().unwrap_or_default();
                // 2.28 counts whole octets.
                let counted = match self.build.version {
                    Version::V2_28 => modulus.len() * 8,
                    Version::V3_6 => bits,
                };
                (counted < FEWEST_RSA_BITS).then_some(Rule::RsaSize { bits })
            }
            Key::Ec { curve: curve @ (Curve::P192 | Curve::P224 | Curve::K256), .. } => {
                (self.build.version == Version::V3_6).then_some(Rule::Curve(curve))
            }
            _ => None,
        };
        self.refusals.extend(rule.map(|rule| cert.breaks(rule)));
    }

    /// `x509_crt_check_ee_locally_trusted`.
    fn is_trusted_leaf(&self, leaf: &Cert<'_>, view: &View<'_>) -> bool {
        let Trust::Anchors(anchors) = self.trust else { return false };
        view.issuer.equals_in_mbedtls(&view.subject)
            && anchors.iter().any(|anchor| self.case.is_same(anchor, leaf))
    }

    /// `x509_crt_find_parent`: the parent, whether it signed, whether it is trusted.
    fn parent(
        &self,
        child: &Cert<'a>,
        view: &View<'a>,
        below: i64,
    ) -> Option<(&'w Cert<'a>, &'w View<'a>, Check, bool)> {
        let trusted = match self.trust {
            Trust::Anchors(anchors) => {
                let read = anchors.iter().filter_map(|one| Some((*one, one.view.as_ref().ok()?)));
                self.parent_in(child, view, read, true, below)
            }
            Trust::Every(entries) => self.entry(entries, child, view),
            Trust::Topmost(_) => None,
        };
        if let Some((cert, view, check)) = trusted {
            return Some((cert, view, check, true));
        }
        let behind = self.chain.iter().skip_while(|(cert, _)| cert.position <= child.position);
        let found = self.parent_in(child, view, behind.copied(), false, below);
        found.map(|(cert, view, check)| (cert, view, check, false))
    }

    /// `x509_crt_find_parent_in`.
    fn parent_in(
        &self,
        child: &Cert<'a>,
        view: &View<'a>,
        candidates: impl Iterator<Item = (&'w Cert<'a>, &'w View<'a>)>,
        is_top: bool,
        below: i64,
    ) -> Option<Found<'w, 'a>> {
        let mut fallback = None;
        for (cert, above) in candidates {
            if !view.issuer.equals_in_mbedtls(&above.subject)
                || obstacle(cert, above, is_top, below).is_some()
            {
                continue;
            }
            let check = self.case.check(child, cert);
            if is_top && check == Check::Bad {
                continue;
            }
            if self.build.checks_dates && self.outdated(above).is_some() {
                fallback.get_or_insert((cert, above, check));
                continue;
            }
            return Some((cert, above, check));
        }
        fallback
    }

    /// The entry of a bundle that signed `child`, found by the octets of its name.
    fn entry(
        &self,
        entries: &[&'w Cert<'a>],
        child: &Cert<'a>,
        view: &View<'a>,
    ) -> Option<Found<'w, 'a>> {
        entries.iter().find_map(|entry| {
            let above = entry.view.as_ref().ok()?;
            let check = self.case.check(child, entry);
            (view.issuer.is_same(&above.subject) && check != Check::Bad)
                .then_some((*entry, above, check))
        })
    }

    /// The end of a chain whose topmost certificate has no parent.
    fn end(&mut self, top: &Cert<'a>, view: &View<'a>) {
        if let Trust::Topmost(entries) = self.trust {
            // The bundle's callback ignores the digest of this certificate only.
            self.refusals.retain(|refusal| {
                refusal.position != top.position || !matches!(refusal.rule, Rule::WeakDigest(_))
            });
            let is_clean = self.refusals.iter().all(|refusal| refusal.position != top.position);
            match self.entry(entries, top, view).filter(|_| is_clean) {
                Some((_, _, Check::Good)) => return,
                Some(_) => return self.unknown = Some(top.breaks(Rule::NotComputed)),
                None => {}
            }
        }
        let position = top.position;
        let is_top = |cert: &Cert<'_>| matches!(cert.position, Position::Anchor(_));
        let looked_at = |cert: &Cert<'_>| is_top(cert) || cert.position > position;
        let obstacle = |cert: &Cert<'_>, above: &View<'_>| {
            // A certificate that cannot be read was skipped.
            let unread = reading::reads(cert, above, self.build).err();
            let found = unread.or_else(|| obstacle(cert, above, is_top(cert), i64::MAX));
            found.or_else(|| match cert.view {
                Ok(_) if is_top(cert) && matches!(self.trust, Trust::Topmost(_)) => {
                    Some(top.breaks(Rule::OutOfOrder))
                }
                _ => None,
            })
        };
        let leaf = self.chain[0].0;
        let is_leaf = |anchor: &Cert<'_>| self.case.is_same(anchor, leaf);
        if self.case.anchors.iter().any(is_leaf) {
            return self.refusals.push(leaf.breaks(Rule::LeafAnchor));
        }
        let equal = |one: &Dn<'_>, other: &Dn<'_>| one.equals_in_mbedtls(other);
        let wanted = Wanted { equal, looked_at: &looked_at, obstacle: &obstacle };
        self.refusals.push(why_none(self.case, top, &wanted));
    }

    /// The checks of the leaf that do not concern the path: its name and its purposes.
    fn leaf(&mut self, leaf: &Cert<'_>, view: &View<'_>) {
        if let Some(host) = self.case.host.filter(|host| !self.is_named(view, host)) {
            self.refusals.push(leaf.breaks(Rule::Name(host::fault(view, host))));
        }
        // Every offered suite signs with the key.
        if !reading::allows(view, DIGITAL_SIGNATURE) {
            self.refusals.push(leaf.breaks(Rule::NoDigitalSignature));
        }
        if !view.extensions.is_for(&[oid::SERVER_AUTH, oid::ANY_PURPOSE]) {
            self.refusals.push(leaf.breaks(Rule::Purpose));
        }
    }

    /// `x509_crt_verify_name`.
    fn is_named(&self, view: &View<'_>, host: &str) -> bool {
        if !view.extensions.alt_names.is_present() {
            return view.common_names().any(|name| host::mbedtls(name.value, host));
        }
        let is_3_6 = self.build.version == Version::V3_6;
        let address = host::address(host).filter(|_| is_3_6);
        view.extensions.names().iter().any(|name| match name.tag {
            DNS => host::mbedtls(name.value, host),
            ADDRESS => address.as_deref() == Some(name.value),
            URI => is_3_6 && name.value == host.as_bytes(),
            _ => false,
        })
    }
}

/// Why a certificate is not a parent (`x509_crt_check_parent`, and its path length).
fn obstacle(cert: &Cert<'_>, view: &View<'_>, is_top: bool, below: i64) -> Option<Refusal> {
    let is_exempt = is_top && !view.is_v3();
    let rule = if !is_exempt && !reading::is_ca(view) {
        if view.is_v3() { Rule::NotCa } else { Rule::VersionOneCa }
    } else if !is_exempt && !reading::allows(view, KEY_CERT_SIGN) {
        Rule::NoKeyCertSign
    } else if reading::path_len(view).is_some_and(|most| most < below) {
        Rule::PathLength
    } else {
        return None;
    };
    Some(cert.breaks(rule))
}
