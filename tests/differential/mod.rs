//! certgrab's verdict for a TLS stack is that of the library itself: random chains, by seed, are given
//! to both. README.md explains how to run many.

mod accepted;
mod beyond;
mod chains;
mod clients;
mod compared;
pub(crate) mod departures;
mod hosts;
mod judged;
mod measured;
mod own_ca;
pub(crate) mod random;
mod reasons;
mod reduced;
pub(crate) mod wild;
mod wild_order;
mod written;

use std::time::Instant;

use self::chains::Chains;
pub(crate) use self::clients::mbedtls_36;
use self::clients::{Clients, Verdict};
use self::compared::Comparison;
use self::departures::{Departure, departures};
use self::random::{Dice, random};
use self::wild::{WILD_KINDS, wild};

/// The default number of chains: enough to see that every client answers.
const FEW: usize = 24;

/// The settings from the environment.
struct Wish {
    chains: usize,
    seed: u64,
    /// Also libraries that take minutes to build.
    all: bool,
    /// Single departures whose names begin with this, in place of combined ones.
    only: Option<String>,
}

impl Wish {
    /// `CERTGRAB_CHAINS`, `CERTGRAB_SEED` and `CERTGRAB_ONLY`; with only the first, the seed is the number of the
    /// day.
    fn of_environment() -> Self {
        let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
        let chains = number("CERTGRAB_CHAINS");
        let days = std::time::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_secs() / 86_400);
        let usual = if chains.is_some() { days } else { 1 };
        Self {
            chains: chains.and_then(|chains| usize::try_from(chains).ok()).unwrap_or(FEW),
            seed: number("CERTGRAB_SEED").unwrap_or(usual),
            all: chains.is_some(),
            only: std::env::var("CERTGRAB_ONLY").ok(),
        }
    }

    /// The departures to choose from, and those of each chain.
    fn choose(&self) -> (Vec<Departure>, Vec<Vec<usize>>) {
        let mut dice = Dice::of(self.seed);
        let mut all = departures();
        let Some(only) = &self.only else {
            all.extend(wild(&mut dice, self.chains));
            let chosen = (0..self.chains).map(|_| random(&all, &mut dice)).collect();
            return (all, chosen);
        };
        all.extend(wild(&mut dice, self.chains * WILD_KINDS));
        all.retain(|departure| departure.id.starts_with(only));
        all.truncate(self.chains);
        let chosen = (0..all.len()).map(|place| vec![place]).collect();
        (all, chosen)
    }
}

#[test]
fn random_chains_are_judged_as_by_the_libraries() {
    let wish = Wish::of_environment();
    let Some(clients) = Clients::build(wish.all) else { return };
    let (all, chosen) = wish.choose();
    let begun = Instant::now();
    let chains = Chains::make(&all, chosen);
    let verdicts = clients.judge(&chains);
    println!("seed {}: {} chains, {:.1?}", wish.seed, chains.all.len(), begun.elapsed());
    assert!(verdicts.iter().any(|(_, all)| all.iter().any(Verdict::connects)));
    let comparison = Comparison::of(&all, &chains, &verdicts, &clients);
    println!("{comparison}");
    comparison.assert_few();
}

#[test]
fn single_departures_are_judged_as_measured() {
    let chains = Chains::alone(&departures());
    let verdicts = measured::read(&chains);
    let comparison = Comparison::without_libraries(&departures(), &chains, &verdicts);
    println!("{comparison}");
    comparison.assert_few();
}

#[test]
fn the_reason_for_a_refusal_is_the_departure() {
    let departures = departures();
    let chains = Chains::alone(&departures);
    let named = reasons::Named::of(&departures, &chains, &measured::read(&chains));
    println!("{named}");
    named.assert_most();
}

#[test]
fn the_libraries_judge_single_departures_as_listed() {
    if std::env::var_os("CERTGRAB_MEASURE").is_none() {
        return;
    }
    let clients = Clients::build(true).expect("every part");
    let chains = Chains::alone(&departures());
    measured::compare_or_write(&chains, &clients.judge(&chains));
}
