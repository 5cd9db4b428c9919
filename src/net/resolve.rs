//! What names resolve to, shared by all connections of a run.

use std::{
    fmt, io,
    net::{SocketAddr, ToSocketAddrs as _},
    sync::Arc,
    thread,
};

use tokio::sync::{OnceCell, Semaphore, oneshot};

use crate::x509::signature::Memory;

/// How many addresses of one name are tried; a server with more is reachable by a few of them.
pub const MAX_ADDRESSES: usize = 16;

/// Names remembered in each generation, some 200 bytes each.
const MAX_NAMES: usize = 4_096;

/// Names resolved at the same time, each on its own thread: as many as tokio would use.
const MAX_ASKED: usize = 512;

static FREE: Semaphore = Semaphore::const_new(MAX_ASKED);

/// The addresses of `host` as the system resolves it.
///
/// The system call blocks, so it runs on a separate thread, which continues if the caller gives up.
/// tokio's threads would panic if the system has none left.
pub(crate) async fn look_up(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    let ended = || io::Error::other("the resolver ended without an answer");
    let place = FREE.acquire().await.map_err(|_| ended())?;
    let (answer, answered) = oneshot::channel();
    let name = (host.to_owned(), port);
    let resolve = move || {
        let _place = place;
        // The caller may have given up.
        let _ = answer.send(name.to_socket_addrs().map(Iterator::collect));
    };
    thread::Builder::new()
        .spawn(resolve)
        .map_err(|error| io::Error::other(format!("no thread to ask the resolver: {error}")))?;
    answered.await.map_err(|_| ended())?
}

/// Alternates the families, starting with that of the first address.
pub(super) fn interleaved(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let first_is_v6 = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (same, other): (Vec<_>, Vec<_>) =
        addresses.into_iter().partition(|address| address.is_ipv6() == first_is_v6);
    let mut ordered = Vec::new();
    let (mut same, mut other) = (same.into_iter(), other.into_iter());
    loop {
        let pair = [same.next(), other.next()];
        if pair == [None, None] {
            break;
        }
        for address in pair.into_iter().flatten() {
            if !ordered.contains(&address) {
                ordered.push(address);
            }
        }
    }
    ordered.truncate(MAX_ADDRESSES);
    ordered
}

/// The resolver's answers in one run: a name is resolved once, also for concurrent callers.
/// Failures are not kept and are tried again.
pub struct Names(Memory<String, Arc<OnceCell<Vec<SocketAddr>>>>);

impl Names {
    /// The addresses of `host` as `look_up` gives them, unless they are known; with the port of the
    /// first caller.
    pub(super) async fn addresses<F>(
        &self,
        host: &str,
        look_up: impl FnOnce() -> F,
    ) -> io::Result<Vec<SocketAddr>>
    where
        F: Future<Output = io::Result<Vec<SocketAddr>>>,
    {
        let cell = self.0.recall(host).unwrap_or_else(|| {
            let cell = Arc::default();
            self.0.keep(host.to_owned(), Arc::clone(&cell));
            cell
        });
        cell.get_or_try_init(look_up).await.cloned()
    }
}

impl Default for Names {
    fn default() -> Self {
        Self(Memory::new(MAX_NAMES))
    }
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Names")
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, net::Ipv4Addr};

    use super::*;

    #[test]
    fn a_name_is_resolved_once_and_a_failure_is_retried() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let names = Names::default();
        let asked = Cell::new(0);
        let look_up = |answer: io::Result<Vec<SocketAddr>>| {
            asked.set(asked.get() + 1);
            async {
                tokio::task::yield_now().await;
                answer
            }
        };
        let wanted = vec![SocketAddr::from((Ipv4Addr::LOCALHOST, 8883))];
        runtime.block_on(async {
            let failing = || look_up(Err(io::Error::other("try again")));
            assert!(names.addresses("plc.test", failing).await.is_err());
            let answering = || look_up(Ok(wanted.clone()));
            let both = tokio::join!(
                names.addresses("plc.test", answering),
                names.addresses("plc.test", answering)
            );
            assert_eq!(both.0.unwrap(), wanted);
            assert_eq!(both.1.unwrap(), wanted);
            assert_eq!(asked.get(), 2, "one failed, one answered both");
            names.addresses("other.test", answering).await.unwrap();
            assert_eq!(asked.get(), 3);
        });
    }

    #[test]
    fn at_most_16_addresses_are_tried() {
        let of = |count: u16| (1..=count).map(|port| SocketAddr::from(([127, 0, 0, 1], port)));
        let most = u16::try_from(MAX_ADDRESSES).unwrap();
        assert_eq!(interleaved(of(most).collect()).len(), MAX_ADDRESSES);
        assert_eq!(interleaved(of(most + 1).collect()), of(most).collect::<Vec<_>>());
    }

    #[test]
    fn address_families_alternate_from_the_resolvers_first() {
        let read = |list: &[&str]| -> Vec<SocketAddr> {
            list.iter().map(|text| text.parse().unwrap()).collect()
        };
        let given = read(&["[::1]:1", "[::2]:1", "[::3]:1", "127.0.0.1:1", "[::1]:1"]);
        let wanted = read(&["[::1]:1", "127.0.0.1:1", "[::2]:1", "[::3]:1"]);
        assert_eq!(interleaved(given), wanted);
    }
}
