//! Generated sources, from the templates in `templates/emit`.
//!
//! A template sees text from outside only as a value that has no form of its own: it must be put
//! through `comment` or `literal`, and rendering it without is an error.

use std::{fmt, sync::Arc};

use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, Value, context,
    syntax::SyntaxConfig,
    value::{Object, ObjectRepr},
};

use super::{Format, Identifier};
use crate::{
    bundle::{Bundle, Entry, KeyPossession},
    escape::Foreign,
};

/// The templates, by name.
const TEMPLATES: [(&str, &str); 2] = [
    ("c.h", include_str!("../../templates/emit/c.h")),
    ("rust.rs", include_str!("../../templates/emit/rust.rs")),
];

/// The longest string literal every C99 compiler takes (C99 section 5.2.4.1).
const MAX_LITERAL: usize = 4095;

/// Bytes a line of an array of hexadecimal numbers, for lines under 80 characters.
const BYTES_A_LINE: usize = 12;

/// Text from outside, as templates see it.
#[derive(Debug)]
struct Text(Foreign);

impl Object for Text {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.line())
    }
}

/// Renders `bundle` with the template called `template`.
pub(super) fn render(
    bundle: &Bundle,
    template: &'static str,
    format: Format,
    name: &Identifier,
) -> Result<Vec<u8>, super::Error> {
    let environment = environment().map_err(super::Error::Template)?;
    environment
        .get_template(template)
        .and_then(|template| template.render(variables(bundle, format, name)))
        .map(String::into_bytes)
        .map_err(super::Error::Template)
}

fn environment() -> Result<Environment<'static>, Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    let mut syntax = SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true);
    environment.set_syntax(syntax.build()?);
    environment.set_formatter(|out, state, value| {
        if value.downcast_object_ref::<Text>().is_some() {
            let problem = "text from outside needs `| comment` or `| literal`";
            return Err(Error::new(ErrorKind::InvalidOperation, problem));
        }
        minijinja::escape_formatter(out, state, value)
    });
    environment.add_filter("comment", |text: &Value| place(text, Foreign::comment));
    environment.add_filter("literal", |text: &Value| place(text, Foreign::string_literal));
    for (name, source) in TEMPLATES {
        environment.add_template(name, source)?;
    }
    Ok(environment)
}

/// The text as `form` writes it; what is not text from outside is taken as if it were.
fn place(value: &Value, form: impl Fn(&Foreign) -> String) -> String {
    match value.downcast_object_ref::<Text>() {
        Some(text) => form(&text.0),
        None => form(&Foreign::text(&value.to_string())),
    }
}

/// What a template can say; `templates/emit/README.md` lists it.
fn variables(bundle: &Bundle, format: Format, name: &Identifier) -> Value {
    let text = super::pem_text(bundle);
    let target = if bundle.host.contains(':') {
        format!("[{}]:{}", bundle.host, bundle.port)
    } else {
        format!("{}:{}", bundle.host, bundle.port)
    };
    context! {
        name => name.as_str(),
        format => format.name,
        host => foreign(&Foreign::text(&bundle.host)),
        port => bundle.port,
        target => foreign(&Foreign::text(&target)),
        key_is_proven => bundle.key_possession == KeyPossession::Proven,
        pem_lines => text.lines().map(str::to_owned).collect::<Vec<_>>(),
        pem_fits_a_literal => text.len() <= MAX_LITERAL,
        not_after => bundle.entries.iter().map(|entry| entry.certificate.not_after().unix()).min(),
        certificates => bundle.entries.iter().map(certificate).collect::<Vec<_>>(),
    }
}

fn certificate(entry: &Entry) -> Value {
    let certificate = &entry.certificate;
    let rows = certificate.der().chunks(BYTES_A_LINE);
    let hex = |row: &[u8]| row.iter().map(|byte| format!("0x{byte:02x}")).collect::<Vec<_>>();
    context! {
        role => entry.role.word(),
        subject => foreign(&certificate.subject().text()),
        issuer => foreign(&certificate.issuer().text()),
        not_before => certificate.not_before().to_string(),
        not_after => certificate.not_after().to_string(),
        lasts_until => entry.lasts_until.map(crate::time::Time::date),
        sha256 => certificate.sha256().to_string(),
        key => certificate.key().to_string(),
        signature => certificate.signature_algorithm(),
        source => foreign(&entry.source),
        reason => entry.reason.as_ref().map(foreign),
        der_rows => rows.map(|row| hex(row).join(", ")).collect::<Vec<_>>(),
        der_length => certificate.der().len(),
    }
}

fn foreign(text: &Foreign) -> Value {
    Value::from_object(Text(text.clone()))
}
