//! What a target of a manifest requires of its lock.

use rustls_pki_types::ServerName;

use crate::{
    Grab,
    check::{self, Findings, Terms},
    cli::{args::Request, manifest::Entry, readers, regenerate, roots},
    endpoint::Target,
    output::bundle::Bundle,
    run::pack::{self, Extras},
    text::foreign::Foreign,
    trust::store::Store,
    x509::certificate::Certificate,
};

/// What the manifest says, from which [`Terms`] are made.
pub(crate) struct Asked {
    name: ServerName<'static>,
    what: pack::What,
    besides: Extras,
    options: Vec<Foreign>,
    readers: usize,
}

/// What the server shows today.
pub(crate) struct Shown {
    seen: Vec<Certificate>,
    anchors: Option<Vec<Vec<Certificate>>>,
}

impl Asked {
    /// What the manifest says in `job` of `target`, which is asked as so many `readers`.
    pub(crate) fn of(job: &Request, target: &Target, readers: usize) -> Self {
        let name = match &job.reaching.sni {
            Some(name) => ServerName::DnsName(name.clone()),
            None => target.name().clone(),
        };
        let options = regenerate::words(job, Some(target));
        Self { name, what: job.what.into(), besides: job.anchor.extras(), options, readers }
    }

    /// The terms with the roots to trust, and what the server shows if it was asked.
    pub(crate) fn terms<'a>(&'a self, store: &'a Store, shown: Option<&'a Shown>) -> Terms<'a> {
        Terms {
            store,
            name: &self.name,
            what: self.what,
            besides: self.besides,
            options: &self.options,
            seen: shown.map(|shown| shown.seen.as_slice()),
            anchors: shown.and_then(|shown| shown.anchors.as_deref()),
            readers: self.readers,
        }
    }
}

/// What a manifest asks of its lock.
pub(crate) struct Wanted {
    asked: Asked,
    store: Store,
}

impl Wanted {
    /// What `entry` asks of its lock; `None` if its roots cannot be read, which is an error where the
    /// manifest itself is checked.
    pub(crate) fn of(entry: &Entry) -> Option<Self> {
        let asked = Asked::of(&entry.job, &entry.job.targets[0], readers::asked(entry).len());
        let store =
            roots::quiet_store(&entry.job.trust.roots, &entry.job.trust.trust_sha256).ok()?;
        Some(Self { asked, store })
    }

    /// What is wrong with the lock `content`, which holds `bundle`.
    pub(crate) fn objections(&self, content: &[u8], bundle: &Bundle) -> Findings {
        let terms = self.asked.terms(&self.store, None);
        check::objections(content, bundle, &terms).into_iter().collect()
    }
}

impl Shown {
    /// The result of querying the server: all chains that it presents.
    pub(crate) fn of(chains: &[Grab]) -> Self {
        let seen = chains.iter().flat_map(|grab| {
            let fetched = grab.issuers.certificates.iter().map(|fetched| &fetched.certificate);
            grab.presented.certificates().chain(fetched).cloned()
        });
        let judged = chains.iter().filter_map(|grab| grab.verdict.as_ref().ok());
        let anchors: Vec<Vec<_>> = judged
            .map(|judgement| {
                let verified = &judgement.verified;
                let all = std::iter::once(verified.anchor()).chain(verified.alternatives());
                all.map(|one| one.root.certificate.clone()).collect()
            })
            .collect();
        Self { seen: seen.collect(), anchors: Some(anchors).filter(|all| !all.is_empty()) }
    }
}
