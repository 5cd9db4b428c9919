//! Both sides compared: how often they agree, and the smallest chains on which they do not.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::fs;

use super::departures::Departure;
use certgrab::internals::stack::Case;

use super::chains::{Chains, kept};
use super::clients::{Clients, Verdict, Verdicts};
use super::judged::{self, Questions};

/// The most chains that connect and that certgrab may refuse, out of this many chains of a stack.
const MOST_WRONG_NO: (usize, usize) = (1, 1000);

/// A comparison of certgrab's verdicts with those of libraries.
pub(super) struct Comparison {
    stacks: Vec<Counts>,
}

struct Counts {
    stack: &'static str,
    agree: usize,
    /// Those that depend on a signature which certgrab cannot compute.
    unknown: usize,
    unserved: usize,
    wrong_yes: Vec<Disagreement>,
    wrong_no: Vec<Disagreement>,
}

/// A chain on which both sides disagree.
#[derive(Clone)]
struct Disagreement {
    place: usize,
    departures: String,
    library: String,
    certgrab: String,
}

impl Comparison {
    /// Compares, and tries the libraries again with smaller chains on which they disagree.
    pub(super) fn of(
        departures: &[Departure],
        chains: &Chains,
        verdicts: &Verdicts,
        clients: &Clients,
    ) -> Self {
        let mut comparison = Self::without_libraries(departures, chains, verdicts);
        comparison.reduce(departures, chains, clients);
        comparison.write();
        comparison
    }

    /// Compares existing verdicts.
    pub(super) fn without_libraries(
        departures: &[Departure],
        chains: &Chains,
        verdicts: &Verdicts,
    ) -> Self {
        let questions = Questions::of(chains);
        let cases = questions.cases();
        let counts = |(stack, said): &(&'static str, Vec<Verdict>)| {
            Counts::of(departures, chains, &cases, stack, said)
        };
        Self { stacks: verdicts.iter().filter_map(counts).collect() }
    }

    /// # Panics
    ///
    /// If certgrab says that a stack connects where it refuses, or refuses too often.
    pub(super) fn assert_few(&self) {
        for counts in &self.stacks {
            assert!(counts.wrong_yes.is_empty(), "{}: says that it connects", counts.stack);
            let (few, of) = MOST_WRONG_NO;
            let most = counts.all().div_ceil(of) * few;
            assert!(counts.wrong_no.len() <= most, "{}: refuses what connects", counts.stack);
        }
    }

    /// Replaces chains on which they disagree with smaller ones on which they disagree the same way.
    fn reduce(&mut self, departures: &[Departure], chains: &Chains, clients: &Clients) {
        let mut smaller: BTreeSet<Vec<usize>> = BTreeSet::new();
        for disagreement in self.stacks.iter().flat_map(Counts::disagreements) {
            smaller.extend(parts(&chains.all[disagreement.place].chosen));
        }
        if smaller.is_empty() {
            return;
        }
        let smaller = Chains::make(departures, smaller.into_iter().collect());
        let expected = |counts: &Counts| {
            let sets: BTreeSet<_> =
                counts.disagreements().flat_map(|it| parts(&chains.all[it.place].chosen)).collect();
            let places = (0..smaller.all.len())
                .filter(|place| sets.contains(&smaller.all[*place].chosen))
                .collect();
            (counts.stack, places)
        };
        let places: HashMap<_, Vec<usize>> = self.stacks.iter().map(expected).collect();
        let verdicts = clients.judge_some(&smaller, places);
        let found = Self::without_libraries(departures, &smaller, &verdicts);
        for counts in &mut self.stacks {
            let Some(found) = found.stacks.iter().find(|found| found.stack == counts.stack) else {
                continue;
            };
            for (mine, known) in
                [(&mut counts.wrong_yes, &found.wrong_yes), (&mut counts.wrong_no, &found.wrong_no)]
            {
                for disagreement in mine.iter_mut() {
                    let chosen = &chains.all[disagreement.place].chosen;
                    let part = |it: &&Disagreement| {
                        smaller.all[it.place].chosen.iter().all(|place| chosen.contains(place))
                    };
                    let least = known
                        .iter()
                        .filter(part)
                        .min_by_key(|it| smaller.all[it.place].chosen.len());
                    if let Some(least) = least {
                        *disagreement = Disagreement { place: disagreement.place, ..least.clone() };
                    }
                }
            }
        }
    }

    /// Writes a table of the disagreements next to the clients.
    fn write(&self) {
        let mut table = String::from("stack\tkind\tdepartures\tlibrary\tcertgrab\n");
        for counts in &self.stacks {
            for (kind, all) in [("yes", &counts.wrong_yes), ("no", &counts.wrong_no)] {
                for it in all {
                    let row = [counts.stack, kind, &it.departures, &it.library, &it.certgrab];
                    table += &(row.join("\t") + "\n");
                }
            }
        }
        fs::write(kept().join("disagreements.tsv"), table).expect("a file");
    }
}

/// Everything that is left of departures when some are dropped, but not all.
fn parts(chosen: &[usize]) -> Vec<Vec<usize>> {
    let all = 1_usize << chosen.len();
    let part = |bits: usize| {
        let kept = |(place, _): &(usize, &usize)| bits >> place & 1 == 1;
        chosen.iter().enumerate().filter(kept).map(|(_, chosen)| *chosen).collect()
    };
    (1..all - 1).map(part).collect()
}

impl Counts {
    /// `None` for a stack that certgrab does not know.
    fn of(
        departures: &[Departure],
        chains: &Chains,
        cases: &[Case<'_>],
        stack: &'static str,
        said: &[Verdict],
    ) -> Option<Self> {
        let mut counts = Self {
            stack,
            agree: 0,
            unknown: 0,
            unserved: 0,
            wrong_yes: Vec::new(),
            wrong_no: Vec::new(),
        };
        for (place, (case, library)) in cases.iter().zip(said).enumerate() {
            let certgrab = judged::verdict(stack, case)?;
            let disagreement = Disagreement {
                place,
                departures: chains.ids(departures, place),
                library: library.0.clone(),
                certgrab: certgrab
                    .refusal()
                    .map_or_else(|| "connects".to_owned(), ToString::to_string),
            };
            match (certgrab.connects(), library.connects()) {
                _ if library.is_none() => counts.unserved += 1,
                _ if matches!(certgrab, certgrab::internals::stack::Verdict::Unknown(_)) => {
                    counts.unknown += 1;
                }
                (true, false) => counts.wrong_yes.push(disagreement),
                (false, true) => counts.wrong_no.push(disagreement),
                _ => counts.agree += 1,
            }
        }
        Some(counts)
    }

    fn disagreements(&self) -> impl Iterator<Item = &Disagreement> {
        self.wrong_yes.iter().chain(&self.wrong_no)
    }

    fn all(&self) -> usize {
        self.agree + self.wrong_yes.len() + self.wrong_no.len()
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for counts in &self.stacks {
            write!(f, "{}: {} agree", counts.stack, counts.agree)?;
            write!(f, ", {} wrong yes", counts.wrong_yes.len())?;
            write!(f, ", {} wrong no", counts.wrong_no.len())?;
            writeln!(f, ", {} not computed, {} not asked", counts.unknown, counts.unserved)?;
            for it in counts.disagreements() {
                let Disagreement { departures, library, certgrab, .. } = it;
                writeln!(f, "  {departures}: the library: {library}; certgrab: {certgrab}")?;
            }
        }
        Ok(())
    }
}
