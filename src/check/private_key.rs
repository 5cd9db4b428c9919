//! Private keys next to firmware.
//!
//! In: the readings of all files. Out: a finding for each private key that is not the device's own:
//! everyone who can read the repository can use it.

use std::collections::{HashMap, HashSet};

use super::{
    Finding, Reading, Severity,
    client_certificate::{PrivateKey, public},
    named,
};
use crate::x509::certificate::Certificate;

/// The certificates of all files, by their public keys.
pub struct PrivateKeys {
    /// The public keys of the device's own certificates.
    own: HashSet<Vec<u8>>,
    /// The other certificates.
    others: HashMap<Vec<u8>, Certificate>,
}

impl PrivateKeys {
    /// The certificates of all `readings`; `None` if none of them is for a device.
    #[must_use]
    pub fn of(readings: &[&Reading]) -> Option<Self> {
        let is_of_a_device = |reading: &&Reading| {
            !reading.anchors.is_empty() || !reading.own.is_empty() || !reading.facts.uses.is_empty()
        };
        if !readings.iter().any(is_of_a_device) {
            return None;
        }
        let own = readings.iter().flat_map(|reading| &reading.own);
        let own = own.filter_map(|one| Some(public(one.certificate.as_ref()?)?.to_vec()));
        let anchors = readings.iter().flat_map(|reading| &reading.anchors);
        let certificates = anchors.filter_map(|anchor| anchor.certificate.as_ref());
        let others = certificates.filter_map(|one| Some((public(one)?.to_vec(), one.clone())));
        Some(Self { own: own.collect(), others: others.collect() })
    }

    /// The findings about the private keys of `reading`.
    #[must_use]
    pub fn findings(&self, reading: &Reading) -> Vec<Finding> {
        reading.facts.keys.iter().filter_map(|key| self.finding(key)).collect()
    }

    fn finding(&self, key: &PrivateKey) -> Option<Finding> {
        if key.parts.iter().any(|part| self.own.contains(part)) {
            return None;
        }
        let certificate = key.parts.iter().find_map(|part| self.others.get(part));
        // Code that has a key usually passes it to its client.
        let whose = match certificate {
            Some(certificate) => format!("the private key of `{}`", named(certificate)),
            None if key.is_in_file && !key.parts.is_empty() => "a private key".to_owned(),
            None => return None,
        };
        let message = format!("{whose} is in this file: anyone who can read the file can use it");
        let action = "keep it out of the repository, and replace it if others could read it";
        let severity = Severity::Warning;
        Some(Finding::new(key.place, severity, "private-key", message, Some(action.to_owned())))
    }
}
