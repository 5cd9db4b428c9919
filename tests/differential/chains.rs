//! Chains, written to files that clients and servers read.

use std::fs;
use std::path::{Path, PathBuf};

use certgrab::internals::lab::pki::{Built, Keyring};

use super::departures::Departure;
use super::random::chain_with;
use tempfile::TempDir;

/// Chains with their files, in a folder that lives as long as they do.
pub(super) struct Chains {
    folder: TempDir,
    pub(super) all: Vec<One>,
}

/// A chain and its departures.
pub(super) struct One {
    /// The places of its departures.
    pub(super) chosen: Vec<usize>,
    pub(super) built: Built,
}

/// Where keys and signatures that take long are kept between runs.
pub(super) fn kept() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/differential")
}

impl Chains {
    /// Makes the chains with those departures.
    pub(super) fn make(departures: &[Departure], chosen: Vec<Vec<usize>>) -> Self {
        let keys = Keyring::in_folder(&kept().join("keys")).expect("a folder");
        let folder = TempDir::new().expect("a temporary folder");
        let one = |(number, chosen): (usize, Vec<usize>)| {
            let built = chain_with(departures, &chosen).build(&keys).expect("a chain");
            write(folder.path(), number, &built);
            One { chosen, built }
        };
        let all = chosen.into_iter().enumerate().map(one).collect();
        Self { folder, all }
    }

    /// Chains that were made elsewhere.
    pub(super) fn of(built: Vec<Built>) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let one = |(number, built): (usize, Built)| {
            write(folder.path(), number, &built);
            One { chosen: Vec::new(), built }
        };
        let all = built.into_iter().enumerate().map(one).collect();
        Self { folder, all }
    }

    /// One chain for each single departure.
    pub(super) fn alone(departures: &[Departure]) -> Self {
        Self::make(departures, (0..departures.len()).map(|place| vec![place]).collect())
    }

    /// What a client reads about the chains at these places, one line each.
    pub(super) fn jobs(&self, places: impl Iterator<Item = usize>) -> String {
        let line = |place: usize| {
            let file = |kind: &str| self.folder.path().join(format!("{place}.{kind}"));
            let [chain, key, anchor] = ["chain", "key", "anchor"].map(file);
            let host = &self.all[place].built.host;
            let files = [chain.display(), key.display(), anchor.display()];
            format!("{place}\t{host}\t{}\t{}\t{}\n", files[0], files[1], files[2])
        };
        places.map(line).collect()
    }

    /// The ids of a chain's departures.
    pub(super) fn ids(&self, departures: &[Departure], place: usize) -> String {
        let ids: Vec<_> =
            self.all[place].chosen.iter().map(|place| departures[*place].id.as_str()).collect();
        ids.join(" + ")
    }
}

fn write(folder: &Path, number: usize, built: &Built) {
    let file = |kind: &str| folder.join(format!("{number}.{kind}"));
    fs::write(file("chain"), pem_of(&built.sent)).expect("a file");
    fs::write(file("anchor"), pem_of(&built.anchors)).expect("a file");
    fs::write(file("key"), &built.key).expect("a file");
}

pub(super) fn pem_of(certificates: &[Vec<u8>]) -> String {
    let config = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
    let block = |der: &Vec<u8>| pem::encode_config(&pem::Pem::new("CERTIFICATE", &der[..]), config);
    certificates.iter().map(block).collect()
}
