//! The options for the trust in a chain.

use std::path::PathBuf;

use crate::{text::time::Time, x509::certificate::Sha256};

/// What a chain is judged by.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "What to trust")]
pub(crate) struct Trust {
    /// Trust the certificates in FILE, a DIR of files, `system` or `mozilla`, instead of Mozilla's
    #[arg(long, value_name = "FILE|DIR|system|mozilla")]
    pub(crate) roots: Vec<PathBuf>,

    /// Also trust the certificate with this SHA-256, once you have verified it with its owner
    #[arg(long, value_name = "HEX", value_parser = super::fingerprint)]
    pub(crate) trust_sha256: Vec<Sha256>,

    /// From a manifest: files in any form that `convert` reads, whose certificates are trusted.
    #[arg(skip)]
    pub(crate) converted: Vec<PathBuf>,

    /// Verify as of TIME, such as 2026-05-08 or 2026-05-08T15:51:26Z [default: now]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) at: Option<Time>,
}
