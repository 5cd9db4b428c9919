//! Random shapes: how many intermediates, which certificates are sent, in which order, and which are
//! held.

use super::departures::places::{Position::Int, Position::Leaf, Position::Root};
use super::departures::{Departure, Part};
use super::random::Dice;
use certgrab::internals::lab::pki::certificate::Certificate;
use certgrab::internals::lab::pki::chain::Chain;
use certgrab::internals::lab::pki::extension::{BASIC_CONSTRAINTS, basic_constraints};
use certgrab::internals::lab::pki::key::Key;

/// Intermediates above the first, at most.
const MOST_MORE: usize = 3;

/// What is done to the list of sent certificates.
#[derive(Clone, Copy, Debug)]
enum Step {
    Swap(usize, usize),
    Double(usize),
    Drop(usize),
    Root(usize),
    Unrelated(usize),
}

/// A shape.
pub(super) fn shape(dice: &mut Dice) -> Departure {
    let more = dice.below(MOST_MORE + 1);
    let steps: Vec<Step> = (0..dice.below(3)).map(|_| step(dice, more + 2)).collect();
    let limit = if dice.one_in(3) { Some((dice.below(more + 1), dice.below(3))) } else { None };
    let held = if dice.one_in(4) { Some(dice.below(more + 2)) } else { None };
    let id = format!("wild-shape({more} more, {steps:?}, pathlen {limit:?}, held {held:?})");
    Departure::new(id, "a shape at random", &[Part::Shape], move |chain| {
        build(chain, more, limit);
        for step in &steps {
            apply(chain, *step);
        }
        if let Some(held) = held {
            let all = path(chain);
            chain.anchors = vec![all[held.min(all.len() - 1)]];
        }
    })
}

fn step(dice: &mut Dice, sent: usize) -> Step {
    let (one, other) = (dice.below(sent), dice.below(sent));
    match dice.below(5) {
        0 => Step::Swap(one, other),
        1 => Step::Double(one),
        2 => Step::Drop(one),
        3 => Step::Root(one),
        _ => Step::Unrelated(one),
    }
}

/// Adds intermediates in between; one of those has a pathLenConstraint.
fn build(chain: &mut Chain, more: usize, limit: Option<(usize, usize)>) {
    const OWNERS: [&str; MOST_MORE] = ["wild 1", "wild 2", "wild 3"];
    let mut lower = Int.place();
    for (number, owner) in OWNERS.into_iter().take(more).enumerate() {
        let kind = chain.certificates[Root.place()].key.kind;
        let name = format!("Wild Intermediate {number}");
        let mut authority = Certificate::authority(&name, Key { kind, owner }, 50, Root.place());
        authority.serial.push(u8::try_from(number).unwrap_or(0));
        if let Some((place, length)) = limit.filter(|(place, _)| *place == number) {
            let length = u64::try_from(place.min(length)).unwrap_or(0);
            authority.set(BASIC_CONSTRAINTS, true, basic_constraints(true, Some(length)));
        }
        let upper = chain.add(authority);
        chain.certificates[lower].issuer = upper;
        chain.sent.push(upper);
        lower = upper;
    }
}

/// From the leaf to the root.
fn path(chain: &Chain) -> Vec<usize> {
    let mut all = vec![Leaf.place()];
    let mut last = Leaf.place();
    while chain.certificates[last].issuer != last {
        last = chain.certificates[last].issuer;
        all.push(last);
    }
    all
}

/// The leaf stays first: a server that sends another first does not have its key.
fn apply(chain: &mut Chain, step: Step) {
    let sent = chain.sent.len();
    let place = |place: usize| 1 + place % sent.max(2).saturating_sub(1);
    match step {
        Step::Swap(one, other) if sent > 2 => chain.sent.swap(place(one), place(other)),
        Step::Swap(..) => {}
        Step::Double(one) => {
            let double = chain.sent[one % sent];
            chain.sent.insert(place(one).min(sent), double);
        }
        Step::Drop(one) if sent > 1 => {
            chain.sent.remove(place(one));
        }
        Step::Drop(_) => {}
        Step::Root(one) => chain.sent.insert(place(one).min(sent), Root.place()),
        Step::Unrelated(one) => {
            let own = chain.certificates.len();
            let kind = chain.certificates[Root.place()].key.kind;
            let key = Key { kind, owner: "unrelated" };
            let other = chain.add(Certificate::root("Unrelated Root", key, 21, own));
            chain.sent.insert(place(one).min(sent), other);
        }
    }
}
