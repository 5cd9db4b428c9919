//! Which proxy is used: `--proxy`, or the one in the environment. The library never reads the
//! environment for it.

use std::convert::Infallible;

use crate::net::proxy::{InvalidUrl, Proxy};

use crate::cli::failure::Failure;

/// The environment variables; the first that is not empty counts. The lower-case name precedes the
/// upper-case one, as in curl.
const VARIABLES: [&str; 4] = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];

/// The variables for targets without a proxy.
const EXCEPT: [&str; 2] = ["no_proxy", "NO_PROXY"];

/// The option for the proxy.
#[derive(Debug, Default, Clone, clap::Args)]
pub(crate) struct Through {
    /// Connect through http://[NAME:PASSWORD@]HOST:PORT, socks5:// or socks5h://, or `none`
    /// [default: HTTPS_PROXY or ALL_PROXY, not for NO_PROXY]
    #[arg(long, value_name = "URL", value_parser = read)]
    proxy: Option<Choice>,
}

/// The option's value, already parsed: clap repeats a value that its parser refuses, and this one may
/// contain a password.
#[derive(Debug, Clone)]
enum Choice {
    None,
    Some(Proxy),
    Invalid(InvalidUrl),
}

fn read(text: &str) -> Result<Choice, Infallible> {
    Ok(match Proxy::new(text) {
        _ if text == "none" => Choice::None,
        Ok(proxy) => Choice::Some(proxy),
        Err(invalid) => Choice::Invalid(invalid),
    })
}

impl Through {
    /// This choice, or `other` if the option was not given.
    pub(crate) fn or(&self, other: Self) -> Self {
        if self.is_given() { self.clone() } else { other }
    }

    /// Whether the option was given.
    pub(crate) fn is_given(&self) -> bool {
        self.proxy.is_some()
    }

    /// The proxy. One from the option is used for all targets.
    pub(crate) fn proxy(&self) -> Result<Option<Proxy>, Failure> {
        match &self.proxy {
            Some(Choice::None) => return Ok(None),
            Some(Choice::Some(proxy)) => return Ok(Some(proxy.clone())),
            Some(Choice::Invalid(invalid)) => return Err(wrong("--proxy", *invalid)),
            None => {}
        }
        let Some((name, url)) = first(&VARIABLES) else { return Ok(None) };
        let proxy = Proxy::new(&url).map_err(|invalid| wrong(name, invalid))?;
        let except = first(&EXCEPT).map(|(_, list)| list).unwrap_or_default();
        Ok(Some(proxy.except(&except)))
    }
}

/// The first variable that is not empty. Invalid UTF-8 in it becomes U+FFFD, which is not valid in a
/// URL.
fn first(names: &[&'static str]) -> Option<(&'static str, String)> {
    let set = names.iter().filter_map(|name| Some((*name, std::env::var_os(name)?)));
    let mut texts = set.map(|(name, value)| (name, value.to_string_lossy().into_owned()));
    texts.find(|(_, text)| !text.is_empty())
}

fn wrong(place: &str, invalid: InvalidUrl) -> Failure {
    let hint = "use a URL such as http://proxy.lan:3128 or socks5h://NAME:PASSWORD@proxy.lan";
    Failure::usage(format!("`{place}` is not a proxy URL: {invalid}"), hint)
}
