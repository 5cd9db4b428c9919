//! The keys of a target as a request.
//!
//! In: a [`Table`]. Out: the [`Request`] that the options of these names would make, or the first key
//! that is wrong.

use std::{
    num::{NonZeroU16, NonZeroUsize},
    ops::Range,
    path::{Path, PathBuf},
};

use clap::ValueEnum;
use toml::Spanned;

use crate::{endpoint::Target, net::pace::Rate, output::emit::Identifier, text::near};

use super::{OneOrMore, Table, combined};
use crate::cli::{
    args::{
        self, Invalid, Request, anchor,
        connection::{self, Client, Connect, Limits},
        formats::{Output, Shape},
        trust::{Roots, Trust},
    },
    usage,
};

/// What is wrong with a target, and where.
pub(super) struct Refused {
    pub(super) span: Range<usize>,
    pub(super) message: String,
    pub(super) hint: Option<String>,
}

impl Refused {
    fn new(span: Range<usize>, message: String) -> Self {
        Self { span, message, hint: None }
    }
}

/// The request of `table`, whose paths are relative to `folder`.
pub(super) fn job(table: &Table, folder: &Path) -> Result<Request, Refused> {
    combined::agree(table).map_err(|(span, message)| Refused::new(span, message))?;
    let name = name(table)?;
    let converted = each("from", table.from.as_ref(), |text| path(folder, text))?;
    let roots = roots(table, folder)?;
    let trust_sha256 = each("trust-sha256", table.trust_sha256.as_ref(), args::fingerprint)?;
    let alpn = each("alpn", table.alpn.as_ref(), connection::protocol)?;
    let file = |key, value| one(key, value, |text| path(folder, text));
    let client = Client {
        certificate: file("client-cert", table.client_cert.as_ref())?,
        key: file("client-key", table.client_key.as_ref())?,
    };
    let timeout = table.timeout.as_ref().map(seconds).transpose()?;
    let rate = table.rate.as_ref().map(rate).transpose()?;
    let what = word("what", table.what.as_ref())?;
    let connect = one("connect", table.connect.as_ref(), args::place)?;
    let sni = one("sni", table.sni.as_ref(), args::sni)?;
    let handshake = word("handshake", table.handshake.as_ref())?;
    let device = one("as", table.device.as_ref(), connection::device)?;
    let lifetime = one("lifetime", table.lifetime.as_ref(), anchor::span)?;

    let host = host(table)?;
    if is_on(&table.follow) && host.resource().is_none() {
        let message = format!("`follow` expects an https: URL with a path as `host`, found {host}");
        return Err(Refused::new(table.host.span(), message));
    }
    let usual = Request::of(vec![host]);
    Ok(Request {
        output: Output { name, ..usual.output },
        trust: Trust { roots: Roots { files: roots }, trust_sha256, converted },
        what: what.unwrap_or_default(),
        format: shape(table, usual.format)?,
        anchor: anchor::Anchor {
            lifetime,
            hold: table.hold.is_some() || table.from.is_some(),
            backup: is_on(&table.backup),
            siblings: is_on(&table.siblings),
            no_aia: is_on(&table.no_aia),
            ..usual.anchor
        },
        reaching: connection::Reaching {
            limits: Limits { timeout, rate },
            connect: Connect { place: connect },
            sni,
            handshake: handshake.unwrap_or_default(),
            device,
            alpn,
            client,
            follow: is_on(&table.follow),
            ..usual.reaching
        },
        ..usual
    })
}

/// What is written, and how.
fn shape(table: &Table, usual: Shape) -> Result<Shape, Refused> {
    Ok(Shape {
        style: word("style", table.style.as_ref())?,
        name_from: word("name-from", table.name_from.as_ref())?.unwrap_or_default(),
        max_bytes: table.max_bytes.as_ref().map(bytes).transpose()?,
        ..usual
    })
}

fn is_on(switch: &Option<Spanned<bool>>) -> bool {
    switch.as_ref().is_some_and(|on| *on.get_ref())
}

/// The name of the constants.
fn name(table: &Table) -> Result<Option<Identifier>, Refused> {
    let Some(name) = &table.name else { return Ok(None) };
    if let Some(from) = &table.name_from {
        let message = "`name-from` cannot be combined with `name`".to_owned();
        return Err(Refused::new(from.span(), message));
    }
    let read = Identifier::new(name.get_ref());
    read.map(Some).map_err(|error| Refused::new(name.span(), error.to_string()))
}

/// The roots to trust, including those to write.
fn roots(table: &Table, folder: &Path) -> Result<Vec<PathBuf>, Refused> {
    let mut roots = Vec::new();
    for (key, list) in [("roots", &table.roots), ("hold", &table.hold)] {
        roots.extend(each(key, list.as_ref(), |text| match text {
            "mozilla" | "system" => Ok(PathBuf::from(text)),
            _ => path(folder, text),
        })?);
    }
    Ok(roots)
}

fn host(table: &Table) -> Result<Target, Refused> {
    let read = args::request::server(table.host.get_ref());
    read.map_err(|why| wrong("host", table.host.get_ref(), table.host.span(), why))
}

fn seconds(value: &Spanned<u16>) -> Result<NonZeroU16, Refused> {
    let text = value.get_ref().to_string();
    args::seconds(&text).map_err(|why| wrong("timeout", &text, value.span(), why))
}

fn bytes(value: &Spanned<u32>) -> Result<NonZeroUsize, Refused> {
    let text = value.get_ref().to_string();
    args::bytes(&text).map_err(|why| wrong("max-bytes", &text, value.span(), why))
}

fn rate(value: &Spanned<f64>) -> Result<Rate, Refused> {
    let text = value.get_ref().to_string();
    text.parse().map_err(|why: String| wrong("rate", &text, value.span(), why))
}

/// What a key of files holds.
pub(super) const A_PATH: &str = "expected a path";

fn path(folder: &Path, text: &str) -> Result<PathBuf, &'static str> {
    if text.is_empty() { Err(A_PATH) } else { Ok(folder.join(text)) }
}

/// The value of `key`, parsed by `read`.
fn one<T, E: Into<Invalid>>(
    key: &str,
    value: Option<&Spanned<String>>,
    read: impl FnOnce(&str) -> Result<T, E>,
) -> Result<Option<T>, Refused> {
    let Some(value) = value else { return Ok(None) };
    let text = value.get_ref();
    read(text).map(Some).map_err(|why| wrong(key, text, value.span(), why))
}

/// The values of `key`, each parsed by `read`.
fn each<T, E: Into<Invalid>>(
    key: &str,
    values: Option<&Spanned<OneOrMore>>,
    read: impl Fn(&str) -> Result<T, E>,
) -> Result<Vec<T>, Refused> {
    let Some(values) = values else { return Ok(Vec::new()) };
    let all = values.get_ref().all().iter();
    all.map(|text| read(text).map_err(|why| wrong(key, text, values.span(), why))).collect()
}

/// The value of `key`, which is one of a few words.
fn word<T: ValueEnum>(key: &str, value: Option<&Spanned<String>>) -> Result<Option<T>, Refused> {
    let Some(value) = value else { return Ok(None) };
    T::from_str(value.get_ref(), false).map(Some).map_err(|_| {
        let known = T::value_variants().iter().filter_map(ValueEnum::to_possible_value);
        let known: Vec<_> = known.map(|word| word.get_name().to_owned()).collect();
        let message = format!("`{key}`: {}", usage::unknown_word(value.get_ref(), &known));
        let hint = near::question(value.get_ref(), known.iter().map(String::as_str));
        Refused { span: value.span(), message, hint }
    })
}

fn wrong(key: &str, value: &str, span: Range<usize>, why: impl Into<Invalid>) -> Refused {
    let Invalid { why, hint } = why.into();
    let message = format!("`{key}`: {}", usage::invalid_value(value, &why));
    Refused { span, message, hint }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::args::Args;

    #[test]
    fn keys_of_a_target_mean_the_same_as_their_options() {
        let same = |keys: &str, option: &str| {
            let text = format!("host = \"https://plc.test/fw\"\nlock = \"plc.pem\"\n{keys}\n");
            let table: Table = toml::from_str(&text).expect("a table");
            let Ok(job) = job(&table, Path::new("")) else { panic!("{keys}") };
            let words = ["certgrab", option, "https://plc.test/fw"];
            let typed = Args::try_parse_from(words.into_iter().filter(|word| !word.is_empty()));
            assert_eq!(format!("{job:?}"), format!("{:?}", typed.expect("options").job), "{keys}");
            format!("{job:?}")
        };
        let plain = same("", "");
        let switches = [
            ("backup = true", "--backup"),
            ("siblings = true", "--siblings"),
            ("no-aia = true", "--no-aia"),
            ("style = \"camel\"", "--style=camel"),
            ("name-from = \"organisation\"", "--name-from=organisation"),
            ("lifetime = \"10y\"", "--lifetime=10y"),
            ("handshake = \"cleartext\"", "--handshake=cleartext"),
            ("as = \"esp8266\"", "--as=esp8266"),
            ("alpn = \"x-amzn-mqtt-ca\"", "--alpn=x-amzn-mqtt-ca"),
            ("alpn = [\"mqtt\"]", "--alpn=mqtt"),
            ("client-cert = \"device.pem\"", "--client-cert=device.pem"),
            ("client-key = \"device.key\"", "--client-key=device.key"),
            ("name = \"PLC\"", "--name=PLC"),
            ("roots = \"system\"", "--roots=system"),
            ("what = \"chain\"", "--what=chain"),
            ("connect = \"127.0.0.1:1\"", "--connect=127.0.0.1:1"),
            ("sni = \"other.test\"", "--sni=other.test"),
            ("timeout = 3", "--timeout=3"),
            ("max-bytes = 1024", "--max-bytes=1024"),
            ("follow = true", "--follow"),
            ("rate = 2", "--rate=2"),
            ("rate = 0.5", "--rate=0.5"),
        ];
        for (key, option) in switches {
            assert_ne!(same(key, option), plain, "{key}");
        }
        assert_eq!(same("backup = false", ""), plain);
    }
}
