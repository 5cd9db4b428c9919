//! The options that produced an artefact, so that the artefact can say how to regenerate it.
//!
//! In: the arguments as typed. Out: the words of those that decide which certificates are written,
//! always in one order. A path, a network and a list belong to one machine and are replaced by a
//! placeholder; timeouts and output paths are left out.

use crate::{endpoint::Target, text::foreign::Foreign};

use super::args::{Request, trust::Trust, words::Words};

/// The words of the options, and how TLS starts with `target` if there is only one.
///
/// Every option is named here, so the compiler points here when one is added.
pub(crate) fn words(job: &Request, target: Option<&Target>) -> Vec<Foreign> {
    let Request {
        targets: _,
        output: _,
        what,
        json: _,
        compare: _,
        trust: Trust { roots, trust_sha256, converted },
        at,
        from,
        anchor,
        reaching,
        format: _,
        many,
    } = job;
    let mut words = Words::default();
    words.choice("--what", what);
    words.values("--roots", roots.files.iter().map(|path| known_store(path).unwrap_or("FILE")));
    words.values("--roots", converted.iter().map(|_| "FILE"));
    words.values("--trust-sha256", trust_sha256);
    words.values("--at", at.time);
    words.values("--from", from.as_ref().map(|_| "FILE"));
    anchor.repeat(&mut words);
    reaching.repeat(target, &mut words);
    words.values("--shard", many.shard);
    words.0
}

/// The names of stores that are not paths.
pub(crate) fn known_store(path: &std::path::Path) -> Option<&str> {
    path.to_str().filter(|name| matches!(*name, "mozilla" | "system"))
}
