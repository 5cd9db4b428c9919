//! Whether a lock contains what its manifest requires.

use super::{Claims, refresh};
use crate::{
    check::{Severity, Terms, named},
    output::bundle::Role,
    run::pack::What,
    text::foreign::Foreign,
    trust::store::Source,
    x509::certificate::Certificate,
};

impl Claims<'_> {
    /// The options that led to it.
    pub(super) fn options(&mut self, terms: &Terms<'_>) {
        let (wanted, found) = (terms.options, self.bundle.options.as_slice());
        if wanted != found {
            let [wanted, found] = [wanted, found].map(|words| keys(words, terms.is_of_files));
            let message = format!(
                "the lock was written with other keys than the manifest has: expected {}, found {}",
                only_in(&wanted, &found),
                only_in(&found, &wanted)
            );
            let place = (None, "Options");
            self.object(place, Severity::Warning, "lock-differs", message, refresh());
        }
        // If only one has it, that is a difference of `follow`, which is reported above.
        if let (Some(wanted), Some(found)) = (terms.path, &self.bundle.path)
            && wanted != found
        {
            let (wanted, found) = (wanted.line(), found.line());
            let message = format!(
                "the lock has another path than the manifest: expected `{wanted}`, found `{found}`"
            );
            self.object((None, "Path"), Severity::Warning, "lock-differs", message, refresh());
        }
    }

    /// Which certificates there are.
    pub(super) fn number(&mut self, terms: &Terms<'_>) {
        if terms.is_of_files || terms.extras.held {
            self.not_held(terms);
        }
        // The certificates of files are written as they are; what the files do not contain is not
        // trusted.
        if terms.is_of_files {
            return;
        }
        let (what, extras) = (terms.what, terms.extras);
        let mut anchors: Vec<&Certificate> = Vec::new();
        for (index, entry) in self.bundle.entries.iter().enumerate() {
            let is_wanted = match (entry.role, what) {
                (Role::Anchor, What::Anchor | What::Chain) => {
                    terms.may_need(&entry.certificate, &anchors)
                }
                (Role::Backup, What::Anchor) => extras.backups || extras.held,
                (Role::Sibling, What::Anchor) => extras.siblings,
                (Role::Intermediate, _) => what != What::Leaf,
                (Role::Leaf, What::Leaf | What::Chain) => {
                    !self.bundle.entries[..index].iter().any(|one| one.role == Role::Leaf)
                }
                _ => false,
            };
            if entry.role == Role::Anchor {
                anchors.push(&entry.certificate);
            }
            let (name, role) = (named(&entry.certificate), entry.role.word());
            if !is_wanted {
                let message = format!(
                    "the lock contains `{name}` as {role}, but the manifest does not ask for it"
                );
                let action = match entry.role {
                    Role::Backup | Role::Sibling if what == What::Anchor => Some(format!(
                        "remove it with `certgrab sync`, or set `{role}{} = true` in the manifest",
                        if entry.role == Role::Sibling { "s" } else { "" }
                    )),
                    _ => refresh(),
                };
                let place = (Some(index), "Role");
                self.object(place, Severity::Error, "lock-differs", message, action);
            } else if entry.role == Role::Backup
                && !extras.held
                && let Some(anchors) = terms.anchors
                && !anchors.iter().flatten().any(|one| one.is_same_anchor(&entry.certificate))
            {
                let message =
                    format!("the chain that the server presents does not end in `{name}`");
                let place = (Some(index), "Role");
                self.object(place, Severity::Warning, "lock-differs", message, refresh());
            }
        }
        if anchors.is_empty() && matches!(what, What::Anchor | What::Chain) {
            let message = "the manifest asks for an anchor, but the lock has none".to_owned();
            self.object((None, ""), Severity::Error, "lock-differs", message, refresh());
        }
    }

    /// The certificates of the manifest's files that are missing although all should be there.
    fn not_held(&mut self, terms: &Terms<'_>) {
        let key = if terms.is_of_files { "from" } else { "hold" };
        let of_files = terms.store.added().filter(|root| matches!(root.source, Source::File(_)));
        let is_missing = |one: &&Certificate| {
            !self.bundle.entries.iter().any(|entry| entry.certificate.is_same_anchor(one))
        };
        let missing: Vec<_> =
            of_files.map(|root| &root.certificate).filter(is_missing).map(named).collect();
        for name in missing {
            let message = format!("the files of `{key}` contain `{name}`, but the lock does not");
            self.object((None, ""), Severity::Warning, "lock-differs", message, refresh());
        }
    }
}

/// What is in `these` and not in `others`.
fn only_in(these: &[String], others: &[String]) -> String {
    let only: Vec<_> = these.iter().filter(|one| !others.contains(one)).cloned().collect();
    if only.is_empty() { "none".to_owned() } else { only.join(", ") }
}

/// The options of a lock as the keys of a manifest that mean the same.
fn keys(options: &[Foreign], is_of_files: bool) -> Vec<String> {
    let words: Vec<_> = options.iter().map(Foreign::line).collect();
    let mut keys: Vec<(&str, Vec<&str>)> = Vec::new();
    for word in words.iter().map(String::as_str) {
        let key = word.trim_start_matches('-');
        match keys.last_mut() {
            Some((_, values)) if key == word => values.push(word),
            // A repeated option is one key with several values.
            Some((known, _)) if *known == key => {}
            _ => keys.push((key, Vec::new())),
        }
    }
    // The files of `hold` are trusted too, so generated files list them among their roots.
    let is_held = keys.iter().any(|(key, _)| *key == "hold");
    keys.retain(|(key, _)| *key != "hold");
    let shown = |(key, values): (&str, Vec<&str>)| {
        let key = match key {
            "roots" if is_of_files => "from",
            "roots" if is_held => "hold",
            _ => key,
        };
        let files = values.iter().filter(|value| **value == "FILE").count();
        match (values.len(), files) {
            (0, _) => format!("`{key}`"),
            (1, 1) => format!("`{key}` with 1 file"),
            (all, files) if all == files => format!("`{key}` with {files} files"),
            _ => format!("`{key} = {}`", values.join(", ")),
        }
    };
    keys.into_iter().map(shown).collect()
}
