//! The verdict of every TLS stack on a chain, in the JSON document.

use serde::Serialize;

use crate::{judge::every_stack::OfStack, stack::Known};

/// The verdict of one stack.
#[derive(Debug, Serialize)]
pub(super) struct StackPart {
    name: &'static str,
    title: &'static str,
    /// `measured`, `read` or `assumed`.
    known: &'static str,
    /// The version it was measured on, the source it was read in, or the stack it is assumed to resemble.
    basis: &'static str,
    /// `connects`, `refuses` or `unknown`.
    verdict: &'static str,
    reason: Option<String>,
    /// The setting of the device with which it connects, or may.
    device_setting: Option<&'static str>,
    /// What to change on the server.
    server_change: Option<String>,
    /// The SHA-256 of the anchor that the device holds.
    anchor_sha256: String,
}

impl StackPart {
    pub(super) fn new(verdict: &OfStack) -> Self {
        let OfStack { stack, anchor, refused } = verdict;
        let (known, basis) = match stack.known {
            Known::Measured(what) => ("measured", what),
            Known::Read(what) => ("read", what),
            Known::Assumed(what) => ("assumed", what),
        };
        let text = refused.as_ref();
        Self {
            name: stack.name,
            title: stack.title,
            known,
            basis,
            verdict: verdict.word(),
            reason: text.map(|refused| refused.reason.clone()),
            device_setting: text.and_then(|refused| refused.device),
            server_change: text.and_then(|refused| refused.server.clone()),
            anchor_sha256: anchor.sha256().to_string(),
        }
    }
}
