//! Queries the addresses of a target, one after the other.
//!
//! An address is queried from the first ClientHello to the last retry before the next one, since two
//! addresses may be two servers: what one refuses says nothing about the other.

use std::net::SocketAddr;

use tokio::time::Instant;

use super::{Error, Progress, Server, Way, reach_server};
use crate::{
    chain::{OtherAddress, Presented},
    endpoint::Target,
    net::connect::{self, ADDRESS_TIMEOUT},
    stack::hello::Hello,
};

/// The most addresses of a target that are queried one after the other: each may cost
/// [`MAX_CONNECTIONS`](super::MAX_CONNECTIONS).
pub const MAX_ASKED_ADDRESSES: usize = 4;

/// The certificates of the first address that presents any; the others are listed with them.
pub(super) async fn reach(
    target: &Target,
    hello: &Hello,
    options: &connect::Options,
    way: Way,
    (progress, deadline): (Option<&Progress>, Instant),
) -> Result<Box<Presented>, Error> {
    let all = connect::addresses(target, options, deadline).await.map_err(Error::Connect)?;
    // The address tried first usually answers.
    if let Some(progress) = progress {
        progress.set_first_address(all.first().copied());
    }
    let mut waiting = all.clone();
    let mut failures: Vec<(SocketAddr, Error)> = Vec::new();
    while !waiting.is_empty() && failures.len() < MAX_ASKED_ADDRESSES {
        let to = options.instead.as_ref().unwrap_or(target);
        let connected = connect::to_first(to, &waiting, options, deadline).await;
        let reset_by = connected.as_ref().err().and_then(connect::Error::reset_by);
        let first = match (connected, reset_by) {
            (_, Some(address)) => Some((address, None)),
            (Ok(stream), None) => stream.peer_addr().ok().map(|address| (address, Some(stream))),
            (Err(error), None) if failures.is_empty() => return Err(Error::Connect(error)),
            (Err(connect::Error::Refused { attempts, .. }), None) => {
                let refused = |(address, error)| {
                    let target = Target::at(address).to_string();
                    let attempts = vec![(address, error)];
                    (address, Error::Connect(connect::Error::Refused { target, attempts }))
                };
                failures.extend(attempts.into_iter().map(refused));
                break;
            }
            // The time is over, and the earlier failure is more useful.
            (Err(_), None) => break,
        };
        let Some((address, first)) = first else { continue };
        let here = share(Instant::now(), deadline, waiting.len());
        waiting.retain(|one| *one != address);
        let server = Server { target, options, deadline: here, at: Some(address), first };
        match reach_server(server, hello, way, None).await {
            Ok(mut presented) => {
                presented.peer = Some(address.ip());
                presented.others = others(&all, address, &failures);
                return Ok(presented);
            }
            Err(error) => failures.push((address, error)),
        }
    }
    Err(match failures.pop() {
        Some((_, only)) if all.len() == 1 => only,
        Some(last) => Error::Addresses(failures.into_iter().chain([last]).collect()),
        None => Error::Connect(connect::Error::NoAddress { host: target.host(), family: None }),
    })
}

/// When one of `count` addresses has used its share of the time until `deadline`: at least the time for
/// a connection.
fn share(now: Instant, deadline: Instant, count: usize) -> Instant {
    let left = deadline.saturating_duration_since(now);
    let share = left / u32::try_from(count).unwrap_or(u32::MAX).max(1);
    now + share.max(ADDRESS_TIMEOUT.min(left))
}

/// The addresses other than `asked`, with the failures of those that were queried before.
fn others(
    all: &[SocketAddr],
    asked: SocketAddr,
    failures: &[(SocketAddr, Error)],
) -> Vec<OtherAddress> {
    let other = |address: &SocketAddr| {
        let failure = failures.iter().find(|(failed, _)| failed == address);
        let failure = failure.map(|(_, error)| error.without_address());
        OtherAddress { address: address.ip(), failure }
    };
    all.iter().filter(|address| **address != asked).map(other).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn an_address_gets_its_share_of_the_time_or_one_connect_timeout() {
        let now = Instant::now();
        let seconds = Duration::from_secs;
        assert_eq!(share(now, now + seconds(60), 2), now + seconds(30));
        assert_eq!(share(now, now + seconds(10), 1), now + seconds(10));
        assert_eq!(share(now, now + seconds(10), 16), now + ADDRESS_TIMEOUT);
        assert_eq!(share(now, now + seconds(2), 16), now + seconds(2));
    }
}
