//! Random chains, by seed: a sound one with one to three departures that can be combined.

use super::departures::Departure;
use certgrab::internals::lab::pki::chain::Chain;
use certgrab::internals::lab::pki::key::Kind;

/// Random numbers, the same for the same seed (SplitMix64).
#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    /// Begins with a seed.
    pub(crate) const fn of(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        let bound = bound.max(1);
        usize::try_from(self.next() >> 1).unwrap_or(usize::MAX) % bound
    }
}

impl Dice {
    /// Whether a number below `of` is 0.
    pub(super) fn one_in(&mut self, of: usize) -> bool {
        self.below(of) == 0
    }

    pub(super) fn octet(&mut self) -> u8 {
        u8::try_from(self.below(256)).unwrap_or(0)
    }
}

/// The places in `all` of one to three departures that can be combined.
pub(crate) fn random(all: &[Departure], dice: &mut Dice) -> Vec<usize> {
    let count = 1 + dice.below(3);
    let mut chosen: Vec<usize> = Vec::new();
    while chosen.len() < count {
        let next = dice.below(all.len());
        if chosen.iter().all(|known| *known != next && all[*known].fits(&all[next])) {
            chosen.push(next);
        }
    }
    chosen.sort_unstable();
    chosen
}

/// The sound chain with those departures, those of its shape first.
pub(crate) fn chain_with(all: &[Departure], chosen: &[usize]) -> Chain {
    let mut chain = Chain::sound(Kind::P256);
    let (shape, others): (Vec<_>, Vec<_>) =
        chosen.iter().map(|place| &all[*place]).partition(|departure| departure.shapes());
    shape.iter().chain(&others).for_each(|departure| departure.apply(&mut chain));
    chain
}
