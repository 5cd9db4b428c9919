//! The arguments of `certgrab verify`.

use std::path::PathBuf;

use crate::{endpoint::Target, text::time::Time, x509::certificate::Sha256};

const EXAMPLES: &str = "\
Examples:
  certgrab verify --from chain.pem --host plc.test --roots ca.pem    is the chain good for plc.test?
  certgrab verify --from chain.pem --host plc.test --at 2030-01-01   will it still be?
  certgrab verify --batch < cases.jsonl                              judge a JSON object a line";

/// What to verify.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Verify {
    /// Read the presented chain, the server's own certificate first, from FILE, or - for standard
    /// input
    #[arg(long, value_name = "FILE", required_unless_present = "batch")]
    pub(crate) from: Option<PathBuf>,

    /// The name or the address that the certificate must carry
    #[arg(long, value_name = "NAME", required_unless_present = "batch", value_parser = super::target)]
    pub(crate) host: Option<Target>,

    /// Trust the certificates in FILE, a DIR of files, `system` or `mozilla`, instead of Mozilla's
    #[arg(long, value_name = "FILE|DIR|system|mozilla")]
    pub(crate) roots: Vec<PathBuf>,

    /// Also trust the certificate with this SHA-256, which you have compared with its owner's
    #[arg(long, value_name = "HEX", value_parser = super::fingerprint)]
    pub(crate) trust_sha256: Vec<Sha256>,

    /// Judge at TIME, such as 2026-05-08 or 2026-05-08T15:51:26Z [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<Time>,

    /// Fail too if the path departs from RFC 5280 or the Baseline Requirements
    #[arg(long)]
    pub(crate) strict: bool,

    /// Show the result as one JSON document
    #[arg(long)]
    pub(crate) json: bool,

    /// Judge a JSON object a line from standard input, strictly, and answer each
    #[arg(
        long,
        conflicts_with_all = ["from", "host", "roots", "trust_sha256", "at", "strict", "json"]
    )]
    pub(crate) batch: bool,
}
