//! The arguments of `certgrab convert`.

use std::path::PathBuf;

use crate::{endpoint::Target, output::emit::Identifier, text::time::Time};
use clap::builder::{OsStringValueParser, TypedValueParser as _};

use super::{Emission, emission, formats::Shape};

const EXAMPLES: &str = "\
Examples:
  certgrab convert ca.crt --emit arduino                  print a header for setCACert
  certgrab convert ca.p12 --emit pem=ca.pem               with no password, or changeit
  certgrab convert old.pem new.pem --emit esp-idf=ca.h    both roots in one constant
  certgrab convert sketch.ino --emit der=ca.der           the certificate out of a sketch
  certgrab convert ca.crt --emit lock=ca.lock --host broker.lan:8883

No server is contacted, and so nothing is proved: `certgrab check FILE TARGET` does that.";

/// `certgrab convert`
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Convert {
    /// PEM, DER, PKCS #7, PKCS #12, a Java key store, source code, a bundle, a lock, or - for
    /// standard input
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,

    /// Write the certificates in FORMAT (see `certgrab formats`) to PATH or standard output
    #[arg(short, long, value_name = "FORMAT[=PATH]",
          value_parser = OsStringValueParser::new().try_map(|text| emission(&text)))]
    pub(crate) emit: Vec<Emission>,

    #[command(flatten)]
    pub(crate) format: Shape,

    /// The name of the constants [default: `ROOT_CA`, or from --host]
    #[arg(long, value_parser = Identifier::new)]
    pub(crate) name: Option<Identifier>,

    /// The server that these certificates are for, which is written beside them
    #[arg(long, value_name = "HOST:PORT", value_parser = super::target)]
    pub(crate) host: Option<Target>,

    /// Open PKCS #12 with the password in FILE [default: none, then changeit]
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,

    /// Find the certificates of names, keys and hashes in FILE, a DIR of files, `system` or
    /// `mozilla`, in addition to Mozilla's
    #[arg(long, value_name = "FILE|DIR|system|mozilla")]
    pub(crate) roots: Vec<PathBuf>,

    /// Judge dates as of TIME, such as 2026-05-08 [default: now]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) at: Option<Time>,
}
