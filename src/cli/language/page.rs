//! An HTML report in the language of this run.
//!
//! In: a page of [`crate::text::html`], in English. Out: the same page, with each run of text between
//! two tags translated by the table. A short `<code>` in a run is what is between backquotes in a
//! sentence; constants, code with an explanation, styles and scripts stay as they are.

use super::sentences;
use crate::text::html::{CHINESE, ENGLISH, with_code};

/// Elements that are not translated, each from its first tag to its last.
const KEPT: [(&str, &str); 4] =
    [("<pre", "</pre>"), ("<code ", "</code>"), ("<style", "</style>"), ("<script", "</script>")];

/// Elements that are part of a sentence.
const INLINE: [&str; 2] = ["<code>", "</code>"];

/// The entities on the pages; `&` is last, since it begins all others.
const ENTITIES: [(&str, &str); 5] =
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];

/// The page in Chinese.
pub(super) fn chinese(page: &str) -> String {
    let mut out = String::with_capacity(page.len());
    let mut rest = page;
    while !rest.is_empty() {
        let run = run_of(rest);
        out += &in_chinese(&rest[..run]);
        rest = &rest[run..];
        let kept = KEPT.iter().find(|(begin, _)| rest.starts_with(begin));
        let end = kept.map_or(">", |(_, end)| end);
        let tag = rest.find(end).map_or(rest.len(), |at| at + end.len());
        out += match &rest[..tag] {
            ENGLISH => CHINESE,
            other => other,
        };
        rest = &rest[tag..];
    }
    out
}

/// The length of the text that `page` begins with, including the tags of short code.
fn run_of(page: &str) -> usize {
    let ends = |at: &usize| !INLINE.iter().any(|tag| page[*at..].starts_with(tag));
    let tags = page.match_indices('<').map(|(at, _)| at);
    tags.into_iter().find(ends).unwrap_or(page.len())
}

/// A run of text; it stays as it is if the table has no row for it.
fn in_chinese(run: &str) -> String {
    let mut text = INLINE.iter().fold(run.to_owned(), |text, tag| text.replace(tag, "`"));
    for (entity, character) in ENTITIES {
        text = text.replace(entity, character);
    }
    let chinese = sentences::of_line(&text);
    if chinese == text { run.to_owned() } else { with_code(&chinese) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_translated_but_not_constants_names_and_markup() {
        let page = "<html lang=\"en\"><style>a{b}</style><h1>The trust anchor for a&amp;b:1</h1>\
                    <td>2026-01-01 to 2027-01-01<small>leaf; names a</small><pre>leaf</pre>\
                    <code title=\"leaf\">leaf</code><summary><code>c</code> for &lt;C&gt;</summary>\
                    <li>CN=leaf &lt;b&gt;<p>device: set <code>leaf</code>";
        let wanted = "<html lang=\"zh-CN\"><style>a{b}</style><h1>a&amp;b:1 的信任锚</h1>\
                      <td>2026-01-01 至 2027-01-01<small>叶证书；名称 a</small><pre>leaf</pre>\
                      <code title=\"leaf\">leaf</code><summary><code>c</code>：用于 &lt;C&gt;</summary>\
                      <li>CN=leaf &lt;b&gt;<p>设备：设置 <code>leaf</code>";
        assert_eq!(chinese(page), wanted);
    }

    #[test]
    fn a_truncated_page_stays_truncated() {
        for page in ["", "<", "<pre", "leaf <code>", "<pre>a"] {
            let shown = chinese(page);
            assert!(shown.len() >= page.len(), "{page}: {shown}");
        }
    }
}
