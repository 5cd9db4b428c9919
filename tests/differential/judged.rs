//! certgrab's side: its verdict for a stack.

use certgrab::internals::lab::pki::Built;
use certgrab::internals::stack::{self, Case, Question, Verdict};
use certgrab::internals::text::time::Time;

use super::chains::Chains;

/// Chains as questions, each parsed once and its signatures computed once for all stacks.
pub(super) struct Questions<'a>(Vec<Asked<'a>>);

/// What is sent, the anchors, and the host.
type Asked<'a> = (Vec<&'a [u8]>, Vec<&'a [u8]>, &'a str);

impl<'a> Questions<'a> {
    pub(super) fn of(chains: &'a Chains) -> Self {
        let slices = |list: &'a [Vec<u8>]| list.iter().map(Vec::as_slice).collect();
        let question =
            |built: &'a Built| (slices(&built.sent), slices(&built.anchors), built.host.as_str());
        Self(chains.all.iter().map(|one| question(&one.built)).collect())
    }

    pub(super) fn cases(&self) -> Vec<Case<'_>> {
        let at = Time::from_date(2026, 6, 1).expect("a date");
        let mut cases = Vec::new();
        for (presented, anchors, host) in &self.0 {
            let question = Question { presented, anchors, host: Some(host), at };
            cases.push(Case::new(question));
        }
        cases
    }
}

/// certgrab's verdict for the library; `None` for a stack that it does not know.
pub(super) fn verdict(name: &str, case: &Case<'_>) -> Option<Verdict> {
    Some(stack::named(name)?.judge(case))
}
