//! Opens a TCP connection to the first address of the target that answers.
//!
//! In: [`Target`]. Out: a connected stream. Addresses are tried as RFC 8305 orders them. With a
//! proxy, the stream goes through it to the target.

mod error;

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    net::TcpStream,
    task::JoinSet,
    time::{Instant, sleep_until, timeout_at},
};

use super::{
    pace::Pace,
    proxy::{self, Proxy},
};
use crate::{chain::Identity, endpoint::Target, text::foreign::Foreign};

pub use self::error::{Error, Family};
pub(crate) use super::resolve::look_up;
pub use super::resolve::{MAX_ADDRESSES, Names};

/// How long one address may take: a SYN is sent again after 1 s and 3 s (RFC 6298 section 2.1), so 5 s
/// tolerates two lost packets.
pub const ADDRESS_TIMEOUT: Duration = Duration::from_secs(5);

/// How long to wait before the next address is tried as well: RFC 8305 section 5.
pub const ATTEMPT_DELAY: Duration = Duration::from_millis(250);

/// How many addresses of one name a proxy is asked to connect to, one after the other.
pub const MAX_PROXIED_ADDRESSES: usize = 4;

/// Where to connect to, with which addresses, and as which client.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Options {
    /// Connect here instead of to the target's own host and port.
    pub instead: Option<Target>,
    /// Only addresses of this family.
    pub family: Option<Family>,
    /// Connect through this proxy, unless it is not for the target.
    pub proxy: Option<Proxy>,
    /// What names resolve to, shared by all runs with a clone of these options.
    pub names: Arc<Names>,
    /// How often a server may be connected to, shared like the names; `None` means no limit.
    pub pace: Option<Arc<Pace>>,
    /// The certificate and key for a server that asks its clients for one.
    pub client: Option<Arc<Identity>>,
}

/// Connects to `target`, or to where `options` say instead, before `deadline`.
///
/// # Errors
///
/// The name does not resolve, no address answers, the proxy cannot be reached or refuses, or the
/// deadline comes first.
pub async fn connect(
    target: &Target,
    options: &Options,
    deadline: Instant,
) -> Result<TcpStream, Error> {
    let to = options.instead.as_ref().unwrap_or(target);
    options.turn(to, deadline).await?;
    match options.proxy_to(target) {
        Some(proxy) => through(proxy, to, options, deadline).await,
        None => directly(to, options.family, &options.names, deadline).await,
    }
}

impl Options {
    /// Waits until the pace allows a connection to `to`.
    async fn turn(&self, to: &Target, deadline: Instant) -> Result<(), Error> {
        match &self.pace {
            Some(pace) if !pace.turn(to, deadline).await => {
                Err(Error::Paced { target: to.to_string() })
            }
            _ => Ok(()),
        }
    }

    /// The proxy for `target`, if any.
    #[must_use]
    pub fn proxy_to(&self, target: &Target) -> Option<&Proxy> {
        let to = self.instead.as_ref().unwrap_or(target);
        self.proxy.as_ref().filter(|proxy| proxy.is_for(to))
    }
}

/// The proxy resolves the name, unless it needs an address or the user requires an address family.
async fn through(
    proxy: &Proxy,
    to: &Target,
    Options { family, names, .. }: &Options,
    deadline: Instant,
) -> Result<TcpStream, Error> {
    let destinations = if family.is_some() || proxy.wants_address() {
        let addresses = resolve(to, *family, names, deadline).await?;
        addresses.into_iter().take(MAX_PROXIED_ADDRESSES).map(Target::at).collect()
    } else {
        vec![to.clone()]
    };
    let mut refusal = None;
    for destination in &destinations {
        let stream = directly(proxy.place(), None, names, deadline)
            .await
            .map_err(|error| Error::ProxyUnreachable(Box::new(error)))?;
        match proxy::ask(stream, proxy, destination, deadline).await {
            Ok(stream) => return Ok(stream),
            Err(error) if error.is_about_target() => refusal = Some(error),
            Err(error) => return Err(Error::Proxy(error)),
        }
    }
    Err(refusal.map_or(Error::NoAddress { host: to.host(), family: *family }, Error::Proxy))
}

async fn directly(
    to: &Target,
    family: Option<Family>,
    names: &Names,
    deadline: Instant,
) -> Result<TcpStream, Error> {
    let addresses = resolve(to, family, names, deadline).await?;
    first_of(to, &addresses, deadline).await
}

/// A connection to the first of `addresses`, those of `to`, that answers before `deadline`, at the pace
/// of `options`.
pub(crate) async fn to_first(
    to: &Target,
    addresses: &[SocketAddr],
    options: &Options,
    deadline: Instant,
) -> Result<TcpStream, Error> {
    options.turn(to, deadline).await?;
    first_of(to, addresses, deadline).await
}

async fn first_of(
    to: &Target,
    addresses: &[SocketAddr],
    deadline: Instant,
) -> Result<TcpStream, Error> {
    match timeout_at(deadline, race(addresses)).await {
        Ok(Ok(stream)) => {
            // A hello is one small write; Nagle's algorithm would only delay it.
            let _ = stream.set_nodelay(true);
            Ok(stream)
        }
        Ok(Err(attempts)) => Err(Error::Refused { target: to.to_string(), attempts }),
        Err(_) => Err(Error::TimedOut { target: to.to_string(), waiting_for: "an answer" }),
    }
}

/// The addresses that [`connect`] would try for `target`, in its order.
///
/// # Errors
///
/// The name does not resolve, has no address of the required family, or the deadline comes first.
pub async fn addresses(
    target: &Target,
    options: &Options,
    deadline: Instant,
) -> Result<Vec<SocketAddr>, Error> {
    let to = options.instead.as_ref().unwrap_or(target);
    resolve(to, options.family, &options.names, deadline).await
}

/// The addresses of `target`, with alternating families (RFC 8305 section 4).
async fn resolve(
    target: &Target,
    family: Option<Family>,
    names: &Names,
    deadline: Instant,
) -> Result<Vec<SocketAddr>, Error> {
    let host = target.host();
    let mut found = match target.address() {
        Some(address) => vec![SocketAddr::new(address, target.port())],
        None => {
            let look_up = || super::resolve::look_up(&host, target.port());
            match timeout_at(deadline, names.addresses(&host, look_up)).await {
                Ok(Ok(addresses)) => addresses,
                Ok(Err(error)) => {
                    let problem = Foreign::text(&error.to_string());
                    return Err(Error::Resolution { host, problem });
                }
                Err(_) => {
                    let target = target.to_string();
                    return Err(Error::TimedOut { target, waiting_for: "name resolution" });
                }
            }
        }
    };
    let wanted = |address: &SocketAddr| match family {
        None => true,
        Some(Family::V4) => address.is_ipv4(),
        Some(Family::V6) => address.is_ipv6(),
    };
    found.iter_mut().for_each(|address| address.set_port(target.port()));
    let kept: Vec<_> = found.into_iter().filter(wanted).collect();
    if kept.is_empty() {
        return Err(Error::NoAddress { host, family });
    }
    Ok(super::resolve::interleaved(kept))
}

/// The first address that accepts the connection wins. The next one is tried [`ATTEMPT_DELAY`] after the
/// one before, or immediately when all pending attempts have failed.
pub(crate) async fn race(
    addresses: &[SocketAddr],
) -> Result<TcpStream, Vec<(SocketAddr, io::Error)>> {
    if let [only] = addresses {
        let (address, outcome) = attempt(*only).await;
        return outcome.map_err(|error| vec![(address, error)]);
    }
    let mut waiting = addresses.iter().copied();
    let mut under_way = JoinSet::new();
    let mut failures = Vec::new();
    let mut next_start = Instant::now();
    loop {
        if under_way.is_empty() || Instant::now() >= next_start {
            match waiting.next() {
                Some(address) => {
                    under_way.spawn(attempt(address));
                    next_start = Instant::now() + ATTEMPT_DELAY;
                }
                None if under_way.is_empty() => return Err(failures),
                None => {}
            }
        }
        let more = waiting.len() > 0;
        tokio::select! {
            Some(Ok((address, outcome))) = under_way.join_next() => match outcome {
                Ok(stream) => return Ok(stream),
                Err(error) => failures.push((address, error)),
            },
            () = sleep_until(next_start), if more => {}
        }
    }
}

async fn attempt(address: SocketAddr) -> (SocketAddr, io::Result<TcpStream>) {
    let connecting = tokio::time::timeout(ADDRESS_TIMEOUT, TcpStream::connect(address));
    let outcome = connecting.await.unwrap_or_else(|_| {
        let text = format!("no answer within {} seconds", ADDRESS_TIMEOUT.as_secs());
        Err(io::Error::new(io::ErrorKind::TimedOut, text))
    });
    (address, outcome)
}
