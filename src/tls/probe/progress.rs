//! The progress of a query to a server, for queries of other clients at the same time.

use std::net::SocketAddr;

use tokio::sync::SetOnce;

use crate::chain::Presented;

/// The progress of a query: the address tried first, then the answer.
#[derive(Debug, Default)]
pub struct Progress {
    /// `None` inside behind a proxy.
    address: SetOnce<Option<SocketAddr>>,
    presented: SetOnce<Presented>,
}

impl Progress {
    /// The progress of a query that the server at `address` answered with `presented`.
    pub(super) fn answered(address: Option<SocketAddr>, presented: &Presented) -> Self {
        Self {
            address: SetOnce::new_with(Some(address)),
            presented: SetOnce::new_with(Some(presented.clone())),
        }
    }

    /// Sets the address tried first.
    pub(super) fn set_first_address(&self, address: Option<SocketAddr>) {
        let _ = self.address.set(address);
    }

    /// Sets the answer.
    pub(super) fn set_presented(&self, presented: &Presented) {
        let _ = self.presented.set(presented.clone());
    }

    /// Waits for the address tried first.
    pub(super) async fn first_address(&self) -> Option<SocketAddr> {
        *self.address.wait().await
    }

    /// Waits for the answer.
    pub(super) async fn presented(&self) -> &Presented {
        self.presented.wait().await
    }

    /// Whether the address tried first sent `presented`.
    pub(crate) fn is_from_first_address(&self, presented: &Presented) -> bool {
        let first = self.address.get().and_then(|address| address.map(|one| one.ip()));
        first == presented.peer
    }
}
