//! The options that say how the anchor is found and chosen.

use certgrab::issuers::{self, Allowed};

/// How the anchor is found and chosen.
#[derive(Debug, clap::Args)]
pub(crate) struct Anchor {
    /// Do not fetch issuers that the server leaves out from the URLs in its certificates
    #[arg(long)]
    no_aia: bool,

    /// Fetch issuers from here too; of itself certgrab asks public addresses on port 80
    #[arg(long, value_name = "ADDRESS[/BITS][:PORT]", value_parser = allowed)]
    aia_allow: Vec<Allowed>,
}

impl Anchor {
    pub(super) fn issuers(&self) -> issuers::Options {
        issuers::Options { enabled: !self.no_aia, allowed: self.aia_allow.clone(), instead: None }
    }
}

fn allowed(text: &str) -> Result<Allowed, issuers::policy::NotANetwork> {
    text.parse()
}
