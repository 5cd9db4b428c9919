//! The options for the trust in a chain.

use std::path::PathBuf;

use crate::{text::time::Time, x509::certificate::Sha256};

/// The certificates that are trusted.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "What to trust")]
pub(crate) struct Trust {
    #[command(flatten)]
    pub(crate) roots: Roots,

    /// Also trust the certificate with this SHA-256, once you have verified it with its owner
    #[arg(long, value_name = "HEX", value_parser = super::fingerprint)]
    pub(crate) trust_sha256: Vec<Sha256>,

    /// From a manifest: files in any form that `convert` reads, whose certificates are trusted.
    #[arg(skip)]
    pub(crate) converted: Vec<PathBuf>,
}

/// The root stores that are trusted.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct Roots {
    /// Trust the certificates in FILE, a DIR of files, `system` or `mozilla`, instead of Mozilla's
    #[arg(id = "roots", long = "roots", value_name = "FILE|DIR|system|mozilla")]
    pub(crate) files: Vec<PathBuf>,
}

/// The time of the verification.
#[derive(Debug, Clone, Copy, Default, clap::Args)]
pub(crate) struct At {
    /// Verify as of TIME, such as 2026-05-08 or 2026-05-08T15:51:26Z [default: now]
    #[arg(id = "at", long = "at", value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) time: Option<Time>,
}

impl At {
    pub(crate) fn or_now(self) -> Time {
        self.time.unwrap_or_else(Time::now)
    }
}
