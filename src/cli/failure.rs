//! How the command ends, and what it says if it cannot do what was asked.

use std::{fmt::Display, io, path::Path};

use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinError;

use crate::{
    text::{diagnostic::Diagnostic, foreign::Foreign},
    tls::Verdict,
};

/// How the command ended, from the best to the worst. The numbers are part of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// All done.
    Done,
    /// Valid today, but something needs attention before the horizon.
    Attention,
    /// A chain is not trusted.
    Untrusted,
    /// No connection or no handshake.
    NoHandshake,
    /// A file could not be read or written.
    File,
    /// Wrong usage.
    Usage,
    /// An internal error.
    Fault,
    /// The user pressed Ctrl-C.
    Interrupted,
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
}

impl Exit {
    /// For a server whose chain is trusted: whether the device that is asked about connects.
    pub(crate) const fn of_device(verdict: &Verdict) -> Self {
        match verdict {
            Verdict { obstacle: None, .. } => Self::Done,
            Verdict { is_untrusted: true, .. } => Self::Untrusted,
            _ => Self::NoHandshake,
        }
    }
}

impl Failure {
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), hint: None }
    }

    /// Wrong usage, and what to write instead.
    pub(crate) fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message).with_hint(Some(hint))
    }

    /// A file that cannot be read or written, and what to do.
    pub(crate) fn file(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(Exit::File, message).with_hint(Some(hint))
    }

    /// The failure of a stage.
    pub(crate) fn of(error: &dyn Diagnostic) -> Self {
        let exit = match error.stage() {
            "connect" | "starttls" | "handshake" | "follow" => Exit::NoHandshake,
            "path" => Exit::Untrusted,
            "lock" | "store" => Exit::File,
            _ => Exit::Usage,
        };
        Self::new(exit, error.to_string()).with_hint(error.hint())
    }

    /// The same; `whose` begins the message.
    pub(crate) fn about(mut self, whose: impl Display) -> Self {
        self.message = format!("{whose}{}", self.message);
        self
    }

    /// That the file at `path` cannot be read.
    pub(crate) fn unreadable(path: &Path, error: impl Display) -> Self {
        Self::new(Exit::File, format!("cannot read {}: {error}", Foreign::path(path).line()))
    }

    pub(crate) fn with_hint(mut self, hint: Option<impl Into<String>>) -> Self {
        self.hint = hint.map(Into::into);
        self
    }
}

impl<E: Diagnostic> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::of(&error)
    }
}

impl From<JoinError> for Failure {
    fn from(error: JoinError) -> Self {
        Self::new(Exit::Fault, format!("a target's task ended: {error}"))
    }
}

/// An async runtime on this thread.
pub(crate) fn runtime() -> Result<Runtime, Failure> {
    // Tokio opens six descriptors and panics if the last ones cannot be opened.
    let room: io::Result<Vec<_>> = (0..3).map(|_| io::pipe()).collect();
    let built = room.map(drop).and_then(|()| Builder::new_current_thread().enable_all().build());
    built.map_err(|error| Failure::new(Exit::File, format!("cannot wait for sockets: {error}")))
}
