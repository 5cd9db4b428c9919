//! certgrab's side: its verdict for a stack.

use certgrab::lab::pki::Built;
use certgrab::stack::{self, Case, Question, Verdict};
use certgrab::text::time::Time;

/// What certgrab says of the stack; `None` for a stack that it does not know.
pub(super) fn verdict(name: &str, built: &Built) -> Option<Verdict> {
    let stack = stack::named(name)?;
    let presented: Vec<&[u8]> = built.sent.iter().map(Vec::as_slice).collect();
    let anchors: Vec<&[u8]> = built.anchors.iter().map(Vec::as_slice).collect();
    let at = Time::from_date(2026, 6, 1).expect("a date");
    let host = Some(built.host.as_str());
    let case = Case::new(Question { presented: &presented, anchors: &anchors, host, at });
    Some(stack.judge(&case))
}
