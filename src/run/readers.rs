//! What a server presents to the TLS stacks that read the output.
//!
//! In: a [`Grab`], made with certgrab's ClientHello, and formats. Out: [`Readers`]: the distinct chains,
//! and which of them each format's reader gets. A server may present different chains to TLS 1.2 and TLS
//! 1.3, and to RSA and ECDSA clients; a device needs the anchor of the chain that it gets.

use std::sync::Arc;

use tokio::{task::JoinSet, time::Instant};

use super::grab::{self, Error, Grab, Options};
use crate::{
    chain::Presented,
    endpoint::Target,
    net::offload::{self, Length},
    stack::{client::Device, hello::Hello},
    tls::probe::{self, Progress, Way},
};

/// What a server presents to the readers of some formats.
#[derive(Debug)]
pub struct Readers {
    /// The distinct chains; the first is the one that certgrab gets.
    pub chains: Vec<Grab>,
    /// The devices whose ClientHellos were sent, each with the position of its chain.
    pub shown: Vec<(&'static Device, usize)>,
    /// The devices that the server refused.
    pub refused: Vec<(&'static Device, Error)>,
    /// Whether one client gets different chains in turn, as behind a load balancer.
    pub in_turn: bool,
}

impl Readers {
    /// The same chain for all.
    #[must_use]
    pub fn alike(grab: Grab) -> Self {
        Self { chains: vec![grab], shown: Vec::new(), refused: Vec::new(), in_turn: false }
    }

    /// The positions of the chains that the readers of `format` get, in rising order. A reader that the
    /// server refuses counts as certgrab's own client. Chains that alternate are for all readers.
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

    /// The devices that get the chain at `position`.
    pub fn devices(&self, position: usize) -> impl Iterator<Item = &'static str> {
        let shown = self.shown.iter().filter(move |(_, known)| *known == position);
        shown.map(|(device, _)| device.name)
    }
}

/// The part of a target's time limit that all its readers share, after certgrab's own query: half, so a
/// server that makes every client wait takes at most one and a half limits.
const READERS_PART: u32 = 2;

/// Queries `target` with certgrab's ClientHello, and with that of each reader of `formats`.
///
/// All queries run at the same time, at the address that certgrab tries first.
pub async fn grab(
    target: &Target,
    options: &Options,
    formats: impl Iterator<Item = &str>,
) -> Result<Readers, Error> {
    let devices = match options.device {
        Some(_) => Vec::new(),
        None => devices(formats),
    };
    let progress = Arc::new(Progress::default());
    let mut concurrent = JoinSet::new();
    let deadline = Instant::now() + options.timeout;
    for device in &devices {
        let (device, target, progress) = (*device, target.clone(), Arc::clone(&progress));
        let options = options.clone();
        concurrent.spawn(async move {
            let (hello, way) = question(device, &target, &options);
            let (connect, progress) = (&options.connect, (&*progress, deadline));
            let answer = probe::reach_concurrently(&target, &hello, connect, way, progress).await;
            (device, answer)
        });
    }
    let usual = grab::grab_with_progress(target, options, Some(&progress)).await?;
    let at_first_address = progress.is_from_first_address(&usual.presented);
    let mut readers = Readers::alike(usual);
    let mut answers = if at_first_address { concurrent.join_all().await } else { Vec::new() };
    let deadline = Instant::now() + options.timeout / READERS_PART;
    for device in devices {
        let usual = &readers.chains[0];
        let place = answers.iter().position(|(asked, _)| *asked == device);
        let answer = match place.map(|place| answers.swap_remove(place).1) {
            Some(Ok(mut presented)) => {
                let usual = &usual.presented;
                (presented.peer, presented.others) = (usual.peer, usual.others.clone());
                Ok(presented)
            }
            Some(Err(error)) if error.refuses_the_offer() => Err(error),
            // The server may have dropped the connection because another one was open.
            _ => presented_to(device, target, options, usual, deadline).await,
        };
        match answer {
            Ok(presented) => readers.add(device, presented, (target, options), deadline).await,
            Err(error) => readers.refused.push((device, error)),
        }
    }
    Ok(readers)
}

/// The devices that read `formats`, each once.
fn devices<'a>(formats: impl Iterator<Item = &'a str>) -> Vec<&'static Device> {
    let mut devices: Vec<&'static Device> = formats.flat_map(Device::reading).flatten().collect();
    devices.sort_by_key(|device| device.name);
    devices.dedup();
    devices
}

impl Readers {
    /// Adds what `device` got.
    async fn add(
        &mut self,
        device: &'static Device,
        presented: Box<Presented>,
        (target, options): (&Target, &Options),
        deadline: Instant,
    ) {
        let is_same = |known: &Grab| known.presented.is_same_chain(&presented);
        let known = self.chains.iter().position(is_same);
        self.shown.push((device, known.unwrap_or(self.chains.len())));
        if known.is_none() {
            self.chains.push(concluded(device, presented, target, options, deadline).await);
            self.in_turn |= is_in_turn(device, target, options, self, deadline).await;
        }
    }
}

/// Whether `device`, which got the last chain of `readers`, now gets one of the others, or certgrab
/// itself gets a different one than before.
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
    let hello = Hello::usual(options.sni.server_name(target)).with_protocols(&options.alpn);
    let (connect, known) = (&options.connect, &usual.presented);
    let now = probe::reach_again(target, &hello, connect, options.way, known, deadline).await;
    now.is_ok_and(|now| !now.is_same_chain(known))
}

/// The chain that one reader gets, at the address that presented `usual`.
async fn presented_to(
    device: &'static Device,
    target: &Target,
    options: &Options,
    usual: &Grab,
    deadline: Instant,
) -> Result<Box<Presented>, Error> {
    let (hello, way) = question(device, target, options);
    probe::reach_again(target, &hello, &options.connect, way, &usual.presented, deadline).await
}

/// The ClientHello of `device` for `target`, and the handshakes to try.
fn question(device: &'static Device, target: &Target, options: &Options) -> (Hello, Way) {
    let hello = device.hello(options.sni.server_name(target)).with_protocols(&options.alpn);
    (hello, if options.way == Way::Auto { Way::Reader } else { options.way })
}

/// Judges a chain that the server only presents to `device`.
async fn concluded(
    device: &'static Device,
    presented: Box<Presented>,
    target: &Target,
    options: &Options,
    deadline: Instant,
) -> Grab {
    let work = grab::work_until(deadline, options.timeout);
    let issuers = grab::missing_issuers(&presented, target, options, &work, deadline).await;
    let (target, options) = (target.clone(), Options { device: Some(device), ..options.clone() });
    let length = Length::of(&presented, issuers.certificates.len());
    let conclude = move || grab::conclude(*presented, issuers, &target, &options, work);
    offload::compute(length, conclude).await
}
