//! Generated sources, from the templates in `templates/emit` or the user's own.
//!
//! Text and bytes from outside are values that a template cannot print by themselves: they need a filter
//! for the place in the output, such as `comment` or `literal`. Rendering one without a filter is an
//! error, however it was joined with other text before.

mod explain;
mod filters;
mod operators;

use std::{
    fmt,
    fmt::Write as _,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{self, RecvTimeoutError},
    },
    time::Duration,
};

use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, State, UndefinedBehavior, Value,
    syntax::SyntaxConfig,
    value::{Rest, ValueKind, ValueOrKwargs},
};

use self::explain::{explain, refused};
use super::{
    Identifier, coding,
    outside::{MARK, Outside},
    templates::{TEMPLATES, with_parts},
    variables,
};
use crate::{
    output::bundle::Bundle,
    text::{checksum, foreign::Foreign},
};

/// The filters that escape a value from outside, for authors of templates.
pub const FILTERS: &[(&str, &str)] = &[
    ("comment", "text for a comment of C, C++, Rust, Go, Python or YAML"),
    (
        "literal",
        "text for the inside of a quoted string of those languages, ASCII only; `pem` with `\\n` for its line ends",
    ),
    ("plain", "text for a file that no compiler reads"),
    ("rows", "bytes as lines of `0x30, 0x82`"),
    ("escaped_rows", "bytes as lines of `\\x30\\x82`, for byte strings of Python and Rust"),
    ("base64", "bytes, or text such as `pem`, in Base64 on one line"),
    ("json", "text as a string of JSON, its quotation marks included"),
    ("xml", "text for a comment, an attribute or a text of XML"),
    ("parts(120)", "bytes or text in pieces of at most so many bytes, for a loop"),
    ("size", "the number of bytes, also of text such as `pem`"),
];

/// Bytes per line of an array of hexadecimal numbers, for lines under 80 characters.
const BYTES_A_LINE: usize = 12;

/// Bytes per line of a string of escapes, for lines under 80 characters.
const ESCAPES_A_LINE: usize = 16;

/// The most bytes of a user's template: 64 KiB, some twenty times the largest of certgrab's.
pub const MAX_TEMPLATE_BYTES: usize = 64 * 1024;

/// Bytes of stack for a user's template. Only the used part takes memory.
const TEMPLATE_STACK: usize = 256 * 1024 * 1024;

/// The most work of a user's template: one step, or 64 bytes of text, counts one (minijinja,
/// `Environment::set_fuel`); the limit is 256 MiB of text. A hundred and fifty roots as an array of
/// characters take half.
pub const MAX_TEMPLATE_STEPS: u64 = 4 * 1024 * 1024;

/// How long a user's template may take, if its steps do not end it before: the values that its filters,
/// tests and operators compare or convert to text are measured, and count.
pub const MAX_TEMPLATE_TIME: Duration = Duration::from_secs(30);

/// Bytes of text that count as one step (minijinja, `Environment::set_fuel`).
const BYTES_A_STEP: u64 = 64;

/// Renders `bundle` with the template called `template`.
pub(super) fn render(
    bundle: &Bundle,
    template: &str,
    format: &str,
    name: &Identifier,
) -> Result<Vec<u8>, super::Error> {
    let failed = |error: Error| super::Error::Template(explain(template, &error));
    let mut environment = environment().map_err(failed)?;
    for (name, source) in with_parts(template) {
        environment.add_template(name, source).map_err(failed)?;
    }
    fill(&environment, template, variables::of(bundle, format, name))
}

/// Renders `bundle` with a user's template, which may include certgrab's parts.
///
/// It ends within [`MAX_TEMPLATE_STEPS`] or [`MAX_TEMPLATE_TIME`], and in bounded memory, for any
/// template.
pub(super) fn render_own(
    bundle: &Bundle,
    file: &str,
    source: &str,
    name: &Identifier,
) -> Result<Vec<u8>, super::Error> {
    let refused = |problem: &str| refused(file, problem, None);
    if source.len() > MAX_TEMPLATE_BYTES {
        return Err(refused(&format!("expected at most {MAX_TEMPLATE_BYTES} bytes, found more")));
    }
    let (answer, answered) = mpsc::channel();
    let (bundle, name) = (bundle.clone(), name.clone());
    let (own, source) = (file.to_owned(), source.to_owned());
    // When the time is up, the thread is left behind: the engine cannot be stopped.
    let render = move || {
        let _ = answer.send(render_fuelled(&bundle, &own, &source, &name));
    };
    // The engine evaluates nested operands recursively, on the stack.
    let spawned = std::thread::Builder::new().stack_size(TEMPLATE_STACK).spawn(render);
    spawned.map_err(|error| refused(&error.to_string()))?;
    answered.recv_timeout(MAX_TEMPLATE_TIME).unwrap_or_else(|error| match error {
        RecvTimeoutError::Timeout => {
            let most = MAX_TEMPLATE_TIME.as_secs();
            Err(refused(&format!("expected an end within {most} seconds, found none")))
        }
        RecvTimeoutError::Disconnected => Err(refused("the engine cannot render it")),
    })
}

fn render_fuelled(
    bundle: &Bundle,
    file: &str,
    source: &str,
    name: &Identifier,
) -> Result<Vec<u8>, super::Error> {
    let failed = |error: Error| super::Error::Template(explain(file, &error));
    let weighed = operators::weighed(source);
    let mut environment = environment().map_err(failed)?;
    environment.set_fuel(Some(MAX_TEMPLATE_STEPS));
    let spent = Spent::default();
    let comparing = spent.clone();
    environment.add_filter("weighed", move |state: &State, value: Value| {
        spent.weigh(state, &value).map(|()| value)
    });
    environment.add_filter("compared", move |state: &State, value: Value| {
        refuse_to_compare(std::slice::from_ref(&value))?;
        comparing.weigh(state, &value).map(|()| value)
    });
    for (name, source) in TEMPLATES.iter().filter(|(name, _)| name.starts_with("part/")) {
        environment.add_template(name, source).map_err(failed)?;
    }
    // If the changed source is not a valid template, the original is not one either, and the error
    // should be about the original.
    if environment.add_template(file, &weighed).is_err() {
        environment.add_template(file, source).map_err(failed)?;
    }
    let rendered = fill(&environment, file, variables::of(bundle, "template", name))?;
    match coding::foreign_declaration(source, &String::from_utf8_lossy(&rendered)) {
        None => Ok(rendered),
        Some(line) => {
            let problem = format!(
                "text from outside declares an encoding on line {line} of the result (PEP 263)"
            );
            Err(refused(file, &problem, Some("begin the template with two lines of its own text")))
        }
    }
}

fn fill(
    environment: &Environment<'_>,
    template: &str,
    variables: Value,
) -> Result<Vec<u8>, super::Error> {
    environment
        .get_template(template)
        .and_then(|template| template.render(variables))
        .map(|text| checksum::sealed(text).into_bytes())
        .map_err(|error| super::Error::Template(explain(template, &error)))
}

fn environment() -> Result<Environment<'static>, Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_debug(true);
    let mut syntax = SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true);
    environment.set_syntax(syntax.build()?);
    environment.set_formatter(|out, state, value| {
        weigh(state, value)?;
        filters::no_list(value)?;
        if value.kind() == ValueKind::Bytes || value.to_string().contains(MARK) {
            return Err(formless());
        }
        minijinja::escape_formatter(out, state, value)
    });
    environment.add_filter("comment", filters::comment);
    environment.add_filter("literal", filters::literal);
    environment.add_filter("plain", filters::plain);
    environment.add_filter("json", filters::json);
    environment.add_filter("xml", filters::xml);
    environment.add_filter("base64", filters::base64);
    environment.add_filter("size", filters::size);
    environment.add_filter("parts", filters::parts);
    environment.add_filter("rows", |value: &Value| {
        rows(value, BYTES_A_LINE, ", ", |byte| format!("0x{byte:02x}"))
    });
    environment.add_filter("escaped_rows", |value: &Value| {
        rows(value, ESCAPES_A_LINE, "", |byte| format!("\\x{byte:02x}"))
    });
    let spent = Spent::default();
    for name in MAKE_TEXT.split(',').chain(COMPARE) {
        let spent = spent.clone();
        environment.add_filter(name, move |state: &State, arguments: Rest<ValueOrKwargs>| {
            let arguments = positional_and_named(arguments);
            filters::keep_pem(name, &arguments)?;
            let engine = engine(state, &arguments, &spent)?;
            engine.empty_state().apply_filter(name, &arguments)
        });
    }
    for name in HOLD_AGAINST.split(',').chain(LOOK_AT_TEXT) {
        let spent = spent.clone();
        environment.add_test(name, move |state: &State, arguments: Rest<ValueOrKwargs>| {
            let arguments = positional_and_named(arguments);
            refuse_to_compare(&arguments)?;
            let engine = engine(state, &arguments, &spent)?;
            engine.empty_state().perform_test(name, &arguments)
        });
    }
    // It prints all variables at once, however long that is.
    environment.remove_global("debug");
    Ok(environment)
}

/// Refuses to compare text from outside with anything but `none`: it is not escaped yet, and would equal
/// nothing.
fn refuse_to_compare(values: &[Value]) -> Result<(), Error> {
    let is_outside = |value: &Value| value.downcast_object_ref::<Outside>().is_some();
    if !values.iter().any(is_outside) || values.iter().any(Value::is_none) {
        return Ok(());
    }
    let problem = "a value from outside cannot be compared; compare what a filter makes of it, as in \
                   `host | plain == \"a.test\"`";
    Err(Error::new(ErrorKind::InvalidOperation, problem))
}

/// The arguments in the engine's order, the named ones last.
fn positional_and_named(arguments: Rest<ValueOrKwargs>) -> Vec<Value> {
    arguments.0.into_iter().map(Value::from).collect()
}

/// The engine's filters that convert lists to one text.
const MAKE_TEXT: &str = "capitalize,e,escape,format,indent,join,lines,lower,pprint,replace,\
     safe,split,string,title,trim,upper";

/// The engine's tests that convert a list to text to examine it.
const LOOK_AT_TEXT: [&str; 4] = ["endingwith", "lower", "startingwith", "upper"];

/// The engine's filters that compare the contents of lists; the engine only counts the first level.
const COMPARE: [&str; 6] = ["dictsort", "groupby", "max", "min", "sort", "unique"];

/// The engine's tests that compare two values. Operators cannot be replaced; see [`operators`].
const HOLD_AGAINST: &str = "!=,<,<=,==,>,>=,eq,equalto,ge,greaterthan,gt,in,le,lessthan,lt,ne";

/// How many bytes of text a user's template may still produce; `None` for certgrab's templates.
fn bytes_left(state: &State) -> Option<u64> {
    state.fuel_levels().map(|(_, left)| left.saturating_mul(BYTES_A_STEP))
}

/// The engine's original function with `arguments`, if the limit allows their text.
///
/// The engine counts the result of a filter, but a list may contain one text any number of times.
fn engine(
    state: &State,
    arguments: &[Value],
    spent: &Spent,
) -> Result<Environment<'static>, Error> {
    for argument in arguments {
        spent.weigh(state, argument)?;
    }
    let mut engine = Environment::new();
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    engine.set_auto_escape_callback(|_| AutoEscape::None);
    engine.set_fuel(state.fuel_levels().map(|(_, left)| left));
    Ok(engine)
}

/// How many bytes of a user's template were measured: at most as many as its steps are worth, however
/// often it measures the same list.
#[derive(Clone, Default)]
struct Spent(Arc<AtomicU64>);

impl Spent {
    fn weigh(&self, state: &State, value: &Value) -> Result<(), Error> {
        let bytes = weigh(state, value)?;
        let before = self.0.fetch_add(bytes, Ordering::Relaxed);
        match before.saturating_add(bytes) > MAX_TEMPLATE_STEPS * BYTES_A_STEP {
            true => Err(Error::from(ErrorKind::OutOfFuel)),
            false => Ok(()),
        }
    }
}

/// Refuses a value whose text is more than a user's template may still produce; how many bytes this
/// took.
fn weigh(state: &State, value: &Value) -> Result<u64, Error> {
    /// How deep lists may be nested: each level takes room on the stack.
    const MAX_DEPTH: i64 = 10_000;

    /// The minimum size that a piece of text counts as: writing it is a step.
    const LEAST: usize = BYTES_A_STEP as usize;

    /// Counts the written bytes and the open lists, up to a limit of each.
    struct Scale(u64, i64);

    impl fmt::Write for Scale {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0 = self.0.checked_sub(text.len().max(LEAST) as u64).ok_or(fmt::Error)?;
            // The brackets of lists are written one at a time.
            match text {
                "[" | "{" | "(" => self.1 += 1,
                "]" | "}" | ")" => self.1 -= 1,
                _ => {}
            }
            (self.1 <= MAX_DEPTH).then_some(()).ok_or(fmt::Error)
        }
    }

    // A value that is not a list is already text, and that is counted.
    let is_list = matches!(value.kind(), ValueKind::Seq | ValueKind::Map | ValueKind::Iterable);
    match bytes_left(state).filter(|_| is_list) {
        Some(left) => {
            let mut scale = Scale(left, 0);
            let weighed = write!(scale, "{value}").map(|()| left - scale.0);
            weighed.map_err(|_| Error::from(ErrorKind::OutOfFuel))
        }
        None => Ok(0),
    }
}

fn formless() -> Error {
    let problem = "a value from outside must first pass through a filter such as `comment` or \
                   `literal`";
    Error::new(ErrorKind::InvalidOperation, problem)
}

/// The text as `form` writes it; text that is not from outside is treated the same.
fn text(state: &State, value: &Value, form: impl Fn(&Foreign) -> String) -> Result<String, Error> {
    weigh(state, value)?;
    match value.downcast_object_ref::<Outside>() {
        Some(Outside::Text(text)) => Ok(form(text)),
        Some(Outside::Bytes(_)) => Err(Error::new(
            ErrorKind::InvalidOperation,
            "bytes are not text; use `rows` or `base64`",
        )),
        None if value.is_undefined() => Err(Error::from(ErrorKind::UndefinedError)),
        None if value.is_none() => Err(Error::new(
            ErrorKind::InvalidOperation,
            "there is no such value here; ask for it with `{% if %}` first",
        )),
        None => {
            filters::no_list(value)?;
            match value.to_string() {
                joined if joined.contains(MARK) => Err(formless()),
                own => Ok(form(&Foreign::text(&own))),
            }
        }
    }
}

fn bytes(value: &Value) -> Result<Vec<u8>, Error> {
    match value.downcast_object_ref::<Outside>() {
        Some(Outside::Bytes(bytes)) => Ok(bytes.clone()),
        _ if value.is_undefined() => Err(Error::from(ErrorKind::UndefinedError)),
        _ => Err(Error::new(ErrorKind::InvalidOperation, "expected bytes, such as `der`")),
    }
}

fn rows(
    value: &Value,
    a_line: usize,
    between: &str,
    form: impl Fn(&u8) -> String,
) -> Result<Vec<String>, Error> {
    let bytes = bytes(value)?;
    let row = |row: &[u8]| row.iter().map(&form).collect::<Vec<_>>().join(between);
    Ok(bytes.chunks(a_line).map(row).collect())
}
