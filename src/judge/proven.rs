//! A bundle with the proof that the TLS stack which reads a format verifies the server with it.

use super::{
    path::{Question, Refusal},
    prove,
};
use crate::{
    chain::Presented,
    output::{
        bundle::Bundle,
        emit::{self, Format, Identifier},
    },
    stack::Stack,
};

/// A bundle that may be written in one format: the TLS stack that reads this format verifies the
/// server with it.
///
/// Only `Grab::prove` creates one.
#[derive(Debug, Clone)]
pub struct Proven<'a> {
    bundle: &'a Bundle,
    format: Format,
    doubt: Option<Refusal>,
}

impl<'a> Proven<'a> {
    /// Proves `bundle` for the readers of `format`: its stack, or else that of `device`, or else any
    /// stack.
    pub(crate) fn new(
        bundle: &'a Bundle,
        format: Format,
        device: Option<&'static Stack>,
        presented: &Presented,
        question: Question<'_>,
    ) -> Result<Self, Refusal> {
        let held: Vec<_> = bundle.entries.iter().map(|entry| entry.certificate.clone()).collect();
        match prove::doubt_of_format(format.name, device, presented, &held, question) {
            Some(doubt) if doubt.is_certain => Err(doubt.refusal),
            doubt => Ok(Self { bundle, format, doubt: doubt.map(|doubt| doubt.refusal) }),
        }
    }

    /// Why another version or setting of the stack refuses the server, if one does.
    #[must_use]
    pub fn doubt(&self) -> Option<&Refusal> {
        self.doubt.as_ref()
    }

    /// Writes it, with constants called `name`.
    ///
    /// # Errors
    ///
    /// [`emit::Error`] if the format cannot hold the bundle; there is no partial output.
    pub fn render(&self, name: &Identifier) -> Result<Vec<u8>, emit::Error> {
        emit::render(self.bundle, self.format, name)
    }
}
