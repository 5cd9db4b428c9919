//! Which TLS stack a ClientHello looks like.

use super::{
    ClientHello,
    recorded::{RECORDED, Recorded, of_device},
};
use crate::stack::clients::DEVICES;
use crate::stack::{Stack, named};

/// What a ClientHello looks like.
#[derive(Debug, Clone)]
pub struct Likeness {
    /// The library, with its version.
    pub title: &'static str,
    /// The stacks of the table that it may be.
    pub stacks: Vec<&'static Stack>,
    /// The device of `--as` with the same rules for certificates.
    pub device: Option<&'static str>,
    /// Whether the ClientHello is identical to the recorded one.
    pub is_same: bool,
}

/// How much of the lists must match, in hundredths. Other versions and settings of one library share
/// more than this, and two libraries less.
const LIKE: usize = 70;

/// The stack that `hello` looks like, if any.
#[must_use]
pub fn recognise(hello: &ClientHello) -> Option<Likeness> {
    let devices = DEVICES.iter().map(of_device).filter(|one| !one.stacks.is_empty());
    let known: Vec<Recorded> = RECORDED.iter().copied().chain(devices).collect();
    // Of two that are equally similar, the first.
    let (like, one) =
        known.iter().rev().map(|one| (likeness(one, hello), one)).max_by_key(|(like, _)| *like)?;
    (like >= LIKE).then(|| Likeness {
        title: one.title,
        stacks: one.stacks.iter().filter_map(|name| named(name)).collect(),
        device: one.device,
        is_same: like == 100,
    })
}

/// How similar the lists are, in hundredths: suites count for half.
fn likeness(recorded: &Recorded, hello: &ClientHello) -> usize {
    let suites: Vec<u16> = without_signals(&hello.suites);
    let groups = without_signals(&hello.groups);
    let parts = [
        (2, alike(recorded.suites, &suites)),
        (1, alike(recorded.groups, &groups)),
        (1, alike(recorded.schemes, &hello.schemes)),
    ];
    parts.iter().map(|(weight, alike)| weight * alike).sum::<usize>() / 4
}

/// Without values that say nothing about the library: the signalling suites, and GREASE (RFC 8701).
pub(super) fn without_signals(numbers: &[u16]) -> Vec<u16> {
    let is_grease = |number: u16| number & 0x0f0f == 0x0a0a && number >> 8 == number & 0xff;
    let is_signal = |number: u16| matches!(number, 0x00ff | 0x5600) || is_grease(number);
    numbers.iter().copied().filter(|number| !is_signal(*number)).collect()
}

/// 100 for identical lists; less for other numbers, and for another order.
fn alike(one: &[u16], other: &[u16]) -> usize {
    if one == other {
        return 100;
    }
    let common = one.iter().filter(|number| other.contains(number)).count();
    let all = one.len() + other.len() - common;
    let order: Vec<_> =
        one.iter().filter_map(|number| other.iter().position(|two| two == number)).collect();
    let in_order = order.windows(2).filter(|pair| pair[0] < pair[1]).count() + 1;
    let share = common * 100 / all.max(1);
    (share * 3 + share * in_order / order.len().max(1)) / 4 * 99 / 100
}
