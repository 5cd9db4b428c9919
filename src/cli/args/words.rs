//! The words of a command line that an artefact repeats.

use crate::text::foreign::Foreign;

/// Words of a command line.
#[derive(Default)]
pub(crate) struct Words(pub(crate) Vec<Foreign>);

impl Words {
    /// `option` with each of `values`.
    pub(crate) fn values(
        &mut self,
        option: &str,
        values: impl IntoIterator<Item = impl std::fmt::Display>,
    ) {
        for value in values {
            self.0.extend([option, &value.to_string()].map(Foreign::text));
        }
    }

    /// `option` if it is given.
    pub(crate) fn switch(&mut self, option: &str, is_given: bool) {
        self.0.extend(is_given.then(|| Foreign::text(option)));
    }
}
