//! Roots that their owner announced and that Mozilla's store does not have yet.
//!
//! A root of the store has signed the name and the key of each, but only the owner vouches for the
//! self-signed certificate. So it is offered, and only written if the user passes its file. A test
//! generates the rows from the certificates, and fails once the store has one of them.

use super::store::{Source, mozilla_list};
use crate::{
    text::time::Time,
    trust::root::Root,
    x509::certificate::{Certificate, Sha256},
};

/// An announced root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Announced {
    /// Its common name.
    pub name: &'static str,
    /// The SHA-256 of its self-signed certificate.
    pub sha256: &'static str,
    /// The SHA-256 of the root of Mozilla's store that signed its name and key.
    pub cross_signer: &'static str,
    /// Where its owner publishes it.
    pub url: &'static str,
}

/// Let's Encrypt's roots of September 2025. "These roots are not yet included in Root Program Trust
/// Stores, but will be submitted for inclusion soon": letsencrypt.org/certificates, as of 2026-07-08; the
/// announcement is of 2025-11-24 (letsencrypt.org/2025/11/24/gen-y-hierarchy).
pub const ANNOUNCED: [Announced; 2] = [
    Announced {
        name: "Root YR",
        sha256: "e57b7e6f150c419102e8d5c055729ff967b9d1a829bf00cec89ca604ebf4a86f",
        cross_signer: "96bcec06264976f37460779acf28c5a7cfe8a3c0aae11a8ffcee05c0bddf08c6",
        url: "https://letsencrypt.org/certs/gen-y/root-yr.pem",
    },
    Announced {
        name: "Root YE",
        sha256: "e14ffcad5b0025731006caa43a121a22d8e9700f4fb9cf852f02a708aa5d5666",
        cross_signer: "69729b8e15a86efc177a57afb7171dfc64add28c2fca8cf1507e34453ccb1470",
        url: "https://letsencrypt.org/certs/gen-y/root-ye.pem",
    },
];

/// The day from which Chrome keeps no more than two self-signed roots of one owner in its store, with
/// exceptions case by case (Chrome Root Program Policy 1.8 of 2026-02-05, section 1.2.1).
const CHROME_TWO_ROOTS: (i16, i8, i8) = (2027, 9, 15);

/// How many those are.
const CHROME_MOST_ROOTS: usize = 2;

impl Announced {
    /// What it is, and how to embed it too.
    #[must_use]
    pub fn offer(&self) -> String {
        let Self { name, sha256, url, .. } = self;
        format!(
            "`{name}` is announced by the same organisation and not yet in Mozilla's store: to hold it \
             too, download {url}, check that its SHA-256 is {sha256}, and pass \
             `--roots mozilla --roots FILE --hold`"
        )
    }
}

/// The announced roots of the organisation that owns `anchor`, a root of Mozilla's store.
#[must_use]
pub fn announced_by_owner_of(anchor: &Root) -> Vec<&'static Announced> {
    let owner = anchor.certificate.subject().organisation();
    if anchor.source != Source::Mozilla || owner.is_none() {
        return Vec::new();
    }
    let is_of_owner = |row: &&Announced| {
        listed(row.cross_signer).is_some_and(|root| root.subject().organisation() == owner)
    };
    ANNOUNCED.iter().filter(is_of_owner).collect()
}

/// The root of Mozilla's store with this SHA-256.
fn listed(sha256: &str) -> Option<Certificate> {
    let wanted = Sha256::parse(sha256)?;
    let der = mozilla_list().iter().find(|der| Sha256::of(der) == wanted)?;
    Certificate::from_der(der).ok()
}

/// That Chrome keeps fewer roots of the owner of `anchor` than Mozilla's store has; the policy does not
/// name them. `None` if it keeps all, or if `anchor` does not last until that day.
#[must_use]
pub fn chrome_limit(anchor: &Root, until: Time) -> Option<String> {
    if anchor.source != Source::Mozilla {
        return None;
    }
    let (year, month, day) = CHROME_TWO_ROOTS;
    let from = Time::from_date(year, month, day).filter(|from| *from < until)?;
    let owner = anchor.certificate.subject().organisation()?;
    let roots = super::store::mozilla_siblings(&anchor.certificate).len() + 1;
    (roots > CHROME_MOST_ROOTS).then(|| {
        format!(
            "from {} Chrome keeps at most {CHROME_MOST_ROOTS} roots of an owner, and Mozilla's store has \
             {roots} of {}: `--siblings` writes them all",
            from.date(),
            owner.line()
        )
    })
}
