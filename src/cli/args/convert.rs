//! The arguments of `certgrab convert`.

use std::path::PathBuf;

use crate::endpoint::Target;

use super::{
    formats::{Output, Shape},
    trust::{At, Roots},
};

const EXAMPLES: &str = "\
Examples:
  certgrab convert ca.crt --emit arduino                  print a header for setCACert
  certgrab convert ca.p12 --emit pem=ca.pem               with no password, or changeit
  certgrab convert old.pem new.pem --emit esp-idf=ca.h    both roots in one constant
  certgrab convert sketch.ino --emit der=ca.der           the certificate out of a sketch
  certgrab convert ca.crt --emit lock=ca.lock --host broker.lan:8883

No server is contacted, and so nothing is proved: `certgrab check FILE TARGET` does that.";

/// Nothing is verified here: the roots are only searched.
const ROOTS: &str = "Find the certificates of names, keys and hashes in FILE, a DIR of files, \
                     `system` or `mozilla`, in addition to Mozilla's";

/// `certgrab convert`
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, mut_arg("roots", |one| one.help(ROOTS)))]
pub(crate) struct Convert {
    /// PEM, DER, PKCS #7, PKCS #12, a Java key store, source code, a bundle, a lock, or - for
    /// standard input
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) output: Output,

    /// The server that these certificates are for; it is written with them, and names the constants
    #[arg(long, value_name = "HOST:PORT", value_parser = super::target)]
    pub(crate) host: Option<Target>,

    /// Open PKCS #12 with the password in FILE [default: none, then changeit]
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) roots: Roots,

    #[command(flatten)]
    pub(crate) at: At,

    #[command(flatten)]
    pub(crate) format: Shape,
}
