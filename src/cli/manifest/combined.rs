//! Which keys of a target cannot stand together.
//!
//! In: a [`Table`]. Out: nothing, or the first key that has no meaning beside another one.

use std::ops::Range;

use super::Table;

/// Refuses keys that another key of the same target leaves without a meaning.
pub(super) fn agree(table: &Table) -> Result<(), (Range<usize>, String)> {
    let follows = table.follow.as_ref().is_some_and(|follow| *follow.get_ref());
    let besides = [
        ("hold", table.hold.as_ref().map(toml::Spanned::span)),
        ("what", table.what.as_ref().map(toml::Spanned::span)),
        ("backup", table.backup.as_ref().map(toml::Spanned::span)),
        ("siblings", table.siblings.as_ref().map(toml::Spanned::span)),
    ];
    if table.from.is_some() {
        let of_a_server = [
            ("follow", table.follow.as_ref().map(toml::Spanned::span)),
            ("roots", table.roots.as_ref().map(toml::Spanned::span)),
            ("trust-sha256", table.trust_sha256.as_ref().map(toml::Spanned::span)),
            ("lifetime", table.lifetime.as_ref().map(toml::Spanned::span)),
        ];
        refuse("from", besides.iter().chain(&of_a_server))?;
    }
    if follows {
        let of_one_server = [
            ("connect", table.connect.as_ref().map(toml::Spanned::span)),
            ("sni", table.sni.as_ref().map(toml::Spanned::span)),
        ];
        refuse("follow", besides.iter().chain(&of_one_server))?;
    }
    Ok(())
}

/// Refuses the first of `keys` that is set beside `key`.
fn refuse<'a>(
    key: &str,
    mut keys: impl Iterator<Item = &'a (&'static str, Option<Range<usize>>)>,
) -> Result<(), (Range<usize>, String)> {
    let set = keys.find_map(|(other, span)| Some((other, span.clone()?)));
    set.map_or(Ok(()), |(other, span)| {
        Err((span, format!("`{other}` cannot be combined with `{key}`")))
    })
}
