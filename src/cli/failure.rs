//! How the command ends, and what it says if it cannot do what was asked.

use std::io;

use tokio::runtime::{Builder, Runtime};

/// How the command ended. The numbers are part of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All done.
    Done,
    /// A chain is not trusted.
    Untrusted,
    /// Wrong usage.
    Usage,
    /// No connection or no handshake.
    NoHandshake,
    /// A file could not be read or written.
    File,
    /// The user pressed Ctrl-C.
    Interrupted,
    /// Valid today, but something needs attention before the horizon.
    Attention,
    /// An internal error.
    Fault,
}

/// What the command could not do, as the user reads it.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

impl Exit {
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Untrusted => 1,
            Self::Usage => 2,
            Self::NoHandshake => 3,
            Self::File => 4,
            Self::Attention => 5,
            Self::Fault => 70,
            // As shells count a process that SIGINT ended: 128 + 2.
            Self::Interrupted => 130,
        }
    }

    /// The worse of two exit codes, in the order 130, 70, 2, 4, 3, 1, 5, 0.
    pub(crate) fn worse(self, other: Self) -> Self {
        const ORDER: [Exit; 8] = [
            Exit::Interrupted,
            Exit::Fault,
            Exit::Usage,
            Exit::File,
            Exit::NoHandshake,
            Exit::Untrusted,
            Exit::Attention,
            Exit::Done,
        ];
        *ORDER.iter().find(|exit| **exit == self || **exit == other).unwrap_or(&Self::Fault)
    }
}

impl Failure {
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), hint: None }
    }

    pub(crate) fn with_hint(mut self, hint: Option<String>) -> Self {
        self.hint = hint;
        self
    }
}

/// An async runtime on this thread.
pub(crate) fn runtime() -> Result<Runtime, Failure> {
    // Tokio opens six descriptors and panics if the last ones cannot be opened.
    let room: io::Result<Vec<_>> = (0..3).map(|_| io::pipe()).collect();
    let built = room.map(drop).and_then(|()| Builder::new_current_thread().enable_all().build());
    built.map_err(|error| Failure::new(Exit::File, format!("cannot wait for sockets: {error}")))
}
