//! How far the question to a server has come, for those that are put to it at the same time.

use std::net::SocketAddr;

use tokio::sync::SetOnce;

use crate::chain::Presented;

/// The course of a question: the address that is tried first, then the answer.
#[derive(Debug, Default)]
pub struct Course {
    /// Holds `None` behind a proxy.
    address: SetOnce<Option<SocketAddr>>,
    presented: SetOnce<Presented>,
}

impl Course {
    /// That of a question which was put at `address` and answered with `presented`.
    pub(super) fn ended(address: Option<SocketAddr>, presented: &Presented) -> Self {
        Self {
            address: SetOnce::new_with(Some(address)),
            presented: SetOnce::new_with(Some(presented.clone())),
        }
    }

    /// Notes the address that is tried first.
    pub(super) fn pass(&self, address: Option<SocketAddr>) {
        let _ = self.address.set(address);
    }

    /// Notes the answer.
    pub(super) fn end(&self, presented: &Presented) {
        let _ = self.presented.set(presented.clone());
    }

    /// The address that is tried first, as soon as it is known.
    pub(super) async fn first_address(&self) -> Option<SocketAddr> {
        *self.address.wait().await
    }

    /// The answer, as soon as there is one.
    pub(super) async fn presented(&self) -> &Presented {
        self.presented.wait().await
    }

    /// Whether `presented` is from the address that was tried first.
    pub(crate) fn led_to(&self, presented: &Presented) -> bool {
        let first = self.address.get().and_then(|address| address.map(|one| one.ip()));
        first == presented.peer
    }
}
