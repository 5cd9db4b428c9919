//! The options that say how the anchor is found and chosen.

use certgrab::{
    Grab,
    bundle::Bundle,
    consumer,
    grab::Options,
    issuers::{self, Allowed},
    path::{Question, Refusal},
    target::Target,
    verify,
};

use super::{Exit, Failure, args::Display, style};

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

/// Proves that a device which holds `bundle` verifies the server, under the rules of the stack
/// that reads `format`.
///
/// A format that many stacks read is held against OpenSSL, the strictest: what that one would not
/// take is a warning, as is what a setting of the consumer decides.
pub(super) fn prove_for(
    format: &str,
    target: &Target,
    grab: &Grab,
    bundle: &Bundle,
    options: &Options,
    display: &Display,
) -> Result<(), Failure> {
    let reading = consumer::reading(format);
    let question = Question { name: &options.wanted_name(target), at: options.at };
    let held: Vec<_> = bundle.entries.iter().map(|entry| entry.certificate.clone()).collect();
    let consumer = reading.unwrap_or(consumer::OPENSSL);
    let Err(refusal) = verify::accepts(&consumer, &grab.presented, &held, question) else {
        return Ok(());
    };
    let is_certain =
        reading.is_some() && !matches!(refusal, Refusal::NotTaken { unless: Some(_), .. });
    if is_certain {
        let failure = Failure::new(Exit::Untrusted, refusal.to_string());
        return Err(failure.with_hint(refusal.hint()));
    }
    if !display.quiet {
        let hint = refusal.hint().map(|hint| format!("; {hint}")).unwrap_or_default();
        anstream::eprintln!("certgrab: {} {refusal}{hint}", style::warning("warning:"));
    }
    Ok(())
}
