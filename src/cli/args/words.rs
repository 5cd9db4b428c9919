//! The words of a command line that an artefact repeats.

use clap::{ValueEnum, builder::PossibleValue};

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

    /// `option` with the word for `value`, unless that is the default.
    pub(crate) fn choice<T: ValueEnum + Default + PartialEq>(&mut self, option: &str, value: &T) {
        let word = value.to_possible_value().filter(|_| *value != T::default());
        self.values(option, word.as_ref().map(PossibleValue::get_name));
    }

    /// `option` if it is given.
    pub(crate) fn switch(&mut self, option: &str, is_given: bool) {
        self.0.extend(is_given.then(|| Foreign::text(option)));
    }
}
