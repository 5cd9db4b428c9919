//! What a server presents to the TLS stacks that read what is written.
//!
//! In: a [`Grab`], asked as certgrab asks, and formats. Out: [`Readers`]: the distinct chains, and
//! which of them each format's reader is shown. A server may show TLS 1.2 another chain than TLS 1.3,
//! and RSA clients another one than ECDSA clients; a device needs the anchor of the chain that it is
//! shown.

use tokio::time::Instant;

use super::grab::{self, Error, Grab, Options};
use crate::{
    chain::Presented,
    endpoint::Target,
    net::aside::{self, Length},
    stack::{client::Device, hello::Hello},
    tls::probe::{self, Way},
};

/// What a server presents to the readers of some formats.
#[derive(Debug)]
pub struct Readers {
    /// The distinct chains; the first is the one that certgrab is shown.
    pub chains: Vec<Grab>,
    /// The devices that were asked for, each with the position of its chain.
    pub shown: Vec<(&'static Device, usize)>,
    /// The devices that the server refused.
    pub refused: Vec<(&'static Device, Error)>,
    /// Whether one client is shown now one chain and now another, as behind a balancer.
    pub in_turn: bool,
}

impl Readers {
    /// The same chain for all.
    #[must_use]
    pub fn alike(grab: Grab) -> Self {
        Self { chains: vec![grab], shown: Vec::new(), refused: Vec::new(), in_turn: false }
    }

    /// The positions of the chains that the readers of `format` are shown, in rising order. A reader
    /// that the server refuses counts as certgrab's own client. Chains that are shown in turn are for all.
    #[must_use]
    pub fn of(&self, format: &str) -> Vec<usize> {
        if self.in_turn {
            return (0..self.chains.len()).collect();
        }
        let position = |device: &'static Device| {
            self.shown.iter().find(|(known, _)| *known == device).map(|(_, position)| *position)
        };
        let all = Device::reading(format).into_iter();
        let mut positions: Vec<_> =
            all.map(|device| device.and_then(position).unwrap_or_default()).collect();
        positions.sort_unstable();
        positions.dedup();
        positions
    }

    /// The devices that are shown the chain at `position`.
    pub fn devices(&self, position: usize) -> impl Iterator<Item = &'static str> {
        let shown = self.shown.iter().filter(move |(_, known)| *known == position);
        shown.map(|(device, _)| device.name)
    }
}

/// The part of a target's time limit that all its readers have together, once certgrab itself has asked:
/// half, so that a server which lets every client wait ends in one and a half limits.
const READERS_PART: u32 = 2;

/// Asks `target`, which presented `usual`, as each reader of `formats` does.
pub async fn ask(
    target: &Target,
    options: &Options,
    usual: Grab,
    formats: impl Iterator<Item = &str>,
) -> Readers {
    let mut readers = Readers::alike(usual);
    if options.device.is_some() {
        return readers;
    }
    let mut devices: Vec<&'static Device> = formats.flat_map(Device::reading).flatten().collect();
    devices.sort_by_key(|device| device.name);
    devices.dedup();
    let deadline = Instant::now() + options.timeout / READERS_PART;
    for device in devices {
        match ask_as(device, target, options, &readers.chains[0], deadline).await {
            Ok(grab) => {
                let is_same = |known: &Grab| known.presented.is_same_chain(&grab.presented);
                let known = readers.chains.iter().position(is_same);
                readers.shown.push((device, known.unwrap_or(readers.chains.len())));
                if known.is_none() {
                    readers.chains.push(grab);
                    readers.in_turn |=
                        is_in_turn(device, target, options, &readers, deadline).await;
                }
            }
            Err(error) => readers.refused.push((device, error)),
        }
    }
    readers
}

/// Whether `device`, which was shown the last chain of `readers`, is now shown one of the others, or
/// certgrab itself another one than before.
async fn is_in_turn(
    device: &'static Device,
    target: &Target,
    options: &Options,
    readers: &Readers,
    deadline: Instant,
) -> bool {
    let usual = &readers.chains[0];
    let others = &readers.chains[..readers.chains.len() - 1];
    let now = presented_to(device, target, options, usual, deadline).await;
    if now.is_ok_and(|now| others.iter().any(|known| known.presented.is_same_chain(&now))) {
        return true;
    }
    let hello = Hello::usual(grab::server_name(target, &options.sni)).with_protocols(&options.alpn);
    let (connect, known) = (&options.connect, &usual.presented);
    let now = probe::reach_again(target, &hello, connect, options.way, known, deadline).await;
    now.is_ok_and(|now| !now.is_same_chain(known))
}

/// The chain that one reader is shown, at the address that presented `usual`.
async fn presented_to(
    device: &'static Device,
    target: &Target,
    options: &Options,
    usual: &Grab,
    deadline: Instant,
) -> Result<Presented, Error> {
    let hello = device.hello(grab::server_name(target, &options.sni)).with_protocols(&options.alpn);
    let way = if options.way == Way::Auto { Way::Reader } else { options.way };
    let connect = &options.connect;
    probe::reach_again(target, &hello, connect, way, &usual.presented, deadline).await
}

/// The answer to one reader, at the address that presented `usual`.
async fn ask_as(
    device: &'static Device,
    target: &Target,
    options: &Options,
    usual: &Grab,
    deadline: Instant,
) -> Result<Grab, Error> {
    let presented = presented_to(device, target, options, usual, deadline).await?;
    if presented.is_same_chain(&usual.presented) {
        return Ok(usual.clone());
    }
    let work = grab::work_until(deadline, options.timeout);
    let issuers = grab::missing_issuers(&presented, target, options, &work, deadline).await;
    let (target, options) = (target.clone(), Options { device: Some(device), ..options.clone() });
    let length = Length::of(&presented, issuers.certificates.len());
    let conclude = move || grab::conclude(presented, issuers, &target, &options, work);
    Ok(aside::compute(length, conclude).await)
}
