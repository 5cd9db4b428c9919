//! The roots that the user trusts.
//!
//! In: files, folders and names of stores. Out: a [`Store`], read once in a run however many targets
//! of a manifest or inputs of `check` name the same.

use std::{
    collections::BTreeSet,
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

use crate::{
    text::{bounded_file, time::Time},
    trust::store::{self, Store},
};

use super::{args::trust::Trust, convert, failure::Failure, output, style::Display, warn::Named};

/// Stores of other roots that are kept at once: manifests have one for each network, usually only one.
const MAX_STORES: usize = 8;

/// The roots that the user trusts; warns once of each that cannot be read.
pub(crate) fn store(trust: &Trust, display: &Display) -> Result<Store, Failure> {
    let store = quiet_store(trust)?;
    warn_once(&trust.roots.files, &store, display);
    Ok(store)
}

/// Reports what of `roots` cannot be read and is therefore missing from `store`, once in a run.
pub(crate) fn warn_once(roots: &[PathBuf], store: &Store, display: &Display) {
    static TOLD: Mutex<BTreeSet<Vec<PathBuf>>> = Mutex::new(BTreeSet::new());
    if store.skipped().is_empty() {
        return;
    }
    if TOLD.lock().unwrap_or_else(PoisonError::into_inner).insert(roots.to_vec()) {
        for problem in store.skipped() {
            output::warn(format_args!("not used as a root: {problem}"), display);
        }
    }
}

/// The roots that the user trusts, without warnings.
pub(crate) fn quiet_store(trust: &Trust) -> Result<Store, Failure> {
    static KEPT: Mutex<Vec<(Vec<PathBuf>, Store)>> = Mutex::new(Vec::new());
    let Trust { roots, converted, trust_sha256 } = trust;
    let roots = &roots.files;
    let mut store = match (roots.as_slice(), converted.as_slice()) {
        ([], [_, ..]) => Store::default(),
        _ => {
            let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
            let known = kept.iter().find(|(known, _)| known == roots);
            match known.map(|(_, store)| store.clone()) {
                Some(store) => store,
                None => {
                    let store = read(roots)?;
                    if kept.len() == MAX_STORES {
                        kept.remove(0);
                    }
                    kept.push((roots.clone(), store.clone()));
                    store
                }
            }
        }
    };
    for file in converted {
        let known = &Store::mozilla();
        let passwords = convert::usual_passwords();
        let (at, named) = (Time::now(), Named::InTheManifest);
        let terms = convert::Terms { store: known, at, passwords, host: None, named };
        let entries = convert::read(std::slice::from_ref(file), &terms)?.bundle.entries;
        let certificates = entries.into_iter().map(|entry| entry.certificate);
        store.add_certificates(certificates, file)?;
    }
    for fingerprint in trust_sha256 {
        store.trust_sha256(*fingerprint);
    }
    Ok(store)
}

fn read(roots: &[PathBuf]) -> Result<Store, Failure> {
    let mut store = Store::default();
    for path in roots {
        match path.to_str() {
            Some("mozilla") => store.add_mozilla(),
            Some("system") => store.add_system()?,
            _ if path.is_dir() => store.add_path(path)?,
            _ => bounded_file::read_given(path, store::MAX_ROOTS_BYTES)
                .map_err(|error| store::Error::Unreadable { path: path.clone(), error })
                .and_then(|content| store.add_content(&content, path))?,
        }
    }
    if roots.is_empty() {
        store.add_mozilla();
    }
    Ok(store)
}
