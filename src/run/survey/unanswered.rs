//! The unanswered queries of a survey, and how often each was made.
//!
//! A load balancer with connection limits, or one machine that restarts, answers some queries and resets
//! others. An unanswered query may have another chain, so each one is reported.

use super::{Question, Survey};
use crate::{text::count::counted, tls::probe::Unanswered};

impl Survey {
    /// The unanswered queries, with what happened instead of an answer.
    pub fn unanswered(&self) -> impl Iterator<Item = (&Question, Unanswered)> {
        let answers = self.answers.iter();
        answers.filter_map(|(one, outcome)| Some((one, outcome.as_ref().err()?.unanswered()?)))
    }

    /// How many queries were not answered, and what happened instead; `None` if all were answered.
    #[must_use]
    pub fn unanswered_sentence(&self) -> Option<String> {
        let all: Vec<_> = self.unanswered().map(|(_, how)| how).collect();
        sentence(&all, self.answers.len())
    }
}

/// The sentence about `unanswered` of `count` queries.
fn sentence(unanswered: &[Unanswered], count: usize) -> Option<String> {
    let mut kinds: Vec<(Unanswered, usize)> = Vec::new();
    for how in unanswered {
        match kinds.iter_mut().find(|(known, _)| known == how) {
            Some((_, number)) => *number += 1,
            None => kinds.push((*how, 1)),
        }
    }
    let number = unanswered.len();
    let questions = counted(count, "question");
    let was = if number == 1 { "was" } else { "were" };
    match kinds.as_slice() {
        [] => None,
        [(how, _)] => Some(format!("{number} of {questions} {was} {}", how.words())),
        several => {
            let parts = several.iter().map(|(how, number)| format!("{number} {}", how.words()));
            let parts = parts.collect::<Vec<_>>().join(", ");
            Some(format!("{number} of {questions} {was} not answered ({parts})"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unanswered_queries_are_counted_by_kind() {
        use Unanswered::{Alert, Reset, TimedOut};
        let said = |all: &[Unanswered]| sentence(all, 8).unwrap_or_default();
        assert_eq!(said(&[]), "");
        assert_eq!(said(&[Reset]), "1 of 8 questions was reset");
        assert_eq!(said(&[Reset; 7]), "7 of 8 questions were reset");
        assert_eq!(
            said(&[Reset, TimedOut, Reset, Alert]),
            "4 of 8 questions were not answered (2 reset, 1 left without an answer in time, 1 \
             answered with the alert internal_error)"
        );
        assert_eq!(sentence(&[Reset], 1).unwrap_or_default(), "1 of 1 question was reset");
    }
}
