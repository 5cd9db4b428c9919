//! What a target of a manifest requires of its lock.

use rustls_pki_types::ServerName;

use super::hosts::one_set;

use crate::{
    Grab,
    check::{self, Findings, Terms},
    cli::{args::Request, manifest::Entry, readers, regenerate, roots},
    endpoint::Target,
    judge::rank::Candidate,
    output::{bundle::Bundle, lock},
    run::{
        follow::MAX_REDIRECTS,
        pack::{self, Extras},
        survey,
    },
    text::foreign::Foreign,
    trust::store::Store,
    x509::certificate::Certificate,
};

/// What the manifest says; [`Terms`] are made from it.
pub(crate) struct Asked {
    name: ServerName<'static>,
    what: pack::What,
    extras: Extras,
    options: Vec<Foreign>,
    is_of_files: bool,
    path: Option<Foreign>,
    readers: usize,
}

/// What the server presents today.
pub(crate) struct Shown {
    seen: Vec<Certificate>,
    anchors: Option<Vec<Vec<Certificate>>>,
}

impl Asked {
    /// What the manifest says in `job` about `target`, which has this number of `readers`.
    pub(crate) fn of(job: &Request, target: &Target, readers: usize) -> Self {
        let name = match &job.reaching.sni {
            Some(name) => ServerName::DnsName(name.clone()),
            None => target.name().clone(),
        };
        let options = regenerate::words(job, Some(target));
        let (path, readers) = match job.reaching.follow {
            // Each server on the way may need a different anchor.
            true => (one_set::path_of(target), MAX_REDIRECTS + 1),
            false => (None, readers),
        };
        Self {
            name,
            what: job.what,
            extras: job.anchor.extras(),
            options,
            is_of_files: !job.trust.converted.is_empty(),
            path,
            readers,
        }
    }

    /// The terms with the roots to trust, and what the server presents if it was asked.
    pub(crate) fn terms<'a>(&'a self, store: &'a Store, shown: Option<&'a Shown>) -> Terms<'a> {
        Terms {
            store,
            name: &self.name,
            what: self.what,
            extras: self.extras,
            options: &self.options,
            is_of_files: self.is_of_files,
            path: self.path.as_ref(),
            seen: shown.map(|shown| shown.seen.as_slice()),
            anchors: shown.and_then(|shown| shown.anchors.as_deref()),
            readers: self.readers,
        }
    }
}

/// Whether `bundle` is for `target`.
pub(crate) fn is_for(bundle: &Bundle, target: &Target) -> bool {
    bundle.host.eq_ignore_ascii_case(&target.host()) && bundle.port == target.port()
}

/// What a manifest requires of its lock.
pub(crate) struct Wanted {
    target: Target,
    asked: Asked,
    /// `None` if its roots cannot be read, which is an error when the manifest itself is checked.
    store: Option<Store>,
}

impl Wanted {
    /// What `entry` requires of its lock.
    pub(crate) fn of(entry: &Entry) -> Self {
        let target = entry.job.targets[0].clone();
        let asked = Asked::of(&entry.job, &target, readers::asked(entry).len());
        let store = roots::quiet_store(&entry.job.trust).ok();
        Self { target, asked, store }
    }

    /// The lock `content`; a plain file is for the server of the manifest.
    pub(crate) fn read(&self, content: &[u8]) -> Result<Bundle, lock::Error> {
        lock::read(content, Some((&self.target.host(), self.target.port())))
    }

    /// The problems of the lock `content`, which holds `bundle`; `store` is that of the run.
    pub(crate) fn objections(&self, content: &[u8], bundle: &Bundle, store: &Store) -> Findings {
        let mut found = match &self.store {
            Some(store) => check::objections(content, bundle, &self.asked.terms(store, None)),
            None => check::objections_alone(content, bundle, store),
        };
        if !is_for(bundle, &self.target) {
            let (wanted, has) = (self.target.to_string(), bundle.target());
            found.push(check::of_another_server(content, &wanted, &has));
        }
        found.into_iter().collect()
    }
}

impl Shown {
    /// The result of querying the server: all chains that it presents.
    pub(crate) fn of<'a>(chains: impl Iterator<Item = &'a Grab> + Clone) -> Self {
        let seen = chains.clone().flat_map(|grab| {
            let fetched = grab.issuers.certificates.iter().map(|fetched| &fetched.certificate);
            grab.presented.certificates().chain(fetched).cloned()
        });
        let judged = chains.filter(|grab| grab.verdict.is_ok());
        let anchors_of = |grab| {
            survey::candidates(grab).map(|one: &Candidate| one.root.certificate.clone()).collect()
        };
        let anchors: Vec<Vec<_>> = judged.map(anchors_of).collect();
        Self { seen: seen.collect(), anchors: Some(anchors).filter(|all| !all.is_empty()) }
    }
}
