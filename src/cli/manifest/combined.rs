//! Which keys of a target cannot be combined.
//!
//! In: a [`Table`]. Out: nothing, or the first key that has no meaning together with another one.

use std::ops::Range;

use toml::Spanned;

use super::Table;

/// Refuses keys that another key of the same target makes meaningless.
pub(super) fn agree(table: &Table) -> Result<(), (Range<usize>, String)> {
    let more_anchors = [
        ("hold", span(table.hold.as_ref())),
        ("what", span(table.what.as_ref())),
        ("backup", on(table.backup.as_ref())),
        ("siblings", on(table.siblings.as_ref())),
    ];
    if let Some(from) = &table.from {
        if from.get_ref().all().is_empty() {
            return Err((from.span(), "`from` expects at least one file".to_owned()));
        }
        let of_a_server = [
            ("follow", on(table.follow.as_ref())),
            ("roots", span(table.roots.as_ref())),
            ("trust-sha256", span(table.trust_sha256.as_ref())),
            ("lifetime", span(table.lifetime.as_ref())),
        ];
        refuse("from", more_anchors.iter().chain(&of_a_server))?;
    }
    if on(table.follow.as_ref()).is_some() {
        let of_one_server =
            [("connect", span(table.connect.as_ref())), ("sni", span(table.sni.as_ref()))];
        refuse("follow", more_anchors.iter().chain(&of_one_server))?;
    }
    Ok(())
}

/// Where a key is, if it is set.
fn span<T>(value: Option<&Spanned<T>>) -> Option<Range<usize>> {
    value.map(Spanned::span)
}

/// Where a switch is, if it is on.
fn on(value: Option<&Spanned<bool>>) -> Option<Range<usize>> {
    span(value.filter(|value| *value.get_ref()))
}

/// Refuses the first of `keys` that is set together with `key`.
fn refuse<'a>(
    key: &str,
    mut keys: impl Iterator<Item = &'a (&'static str, Option<Range<usize>>)>,
) -> Result<(), (Range<usize>, String)> {
    let set = keys.find_map(|(other, span)| Some((other, span.clone()?)));
    set.map_or(Ok(()), |(other, span)| {
        Err((span, format!("`{other}` cannot be combined with `{key}`")))
    })
}
