//! Translates finished sentences by a table of patterns.
//!
//! In: a sentence in English, as the code prints it. Out: the same in Chinese, or unchanged if the table
//! has no pattern for it. A place `{}` of a pattern stands for a value, which is itself a sentence or
//! stays as it is; between backquotes or brackets it always stays as it is. The table only affects
//! words: the text was escaped before.

use std::{borrow::Cow, collections::HashMap, sync::LazyLock};

/// English, a tab, Chinese; one row per line. `{}` is a place in the order of the English, `{2}` the
/// second one; `{、}` and `{2、}` are lists of words.
const TABLE: &str = include_str!("zh.tsv");

/// The longest text that is translated, in bytes: the longest messages have 2 kB.
const MAX_BYTES: usize = 8192;

/// How deep nested sentences are translated.
const MAX_DEPTH: usize = 4;

/// What may separate two dates, or any words of a name: it is only translated between dates.
const BETWEEN_DATES: [&str; 3] = ["", " to ", ""];

/// The separator of a list.
const LIST: &str = "、";

/// A sentence with places for values.
struct Pattern {
    /// The text before, between and after the places.
    pieces: Vec<&'static str>,
    chinese: &'static str,
}

struct Table {
    whole: HashMap<&'static str, &'static str>,
    /// The most specific ones first.
    patterns: Vec<Pattern>,
}

static SENTENCES: LazyLock<Table> = LazyLock::new(|| {
    let rows = TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let rows = rows.filter_map(|line| line.split_once('\t'));
    let (patterns, whole): (Vec<_>, Vec<_>) = rows.partition(|(english, _)| english.contains("{}"));
    let mut patterns: Vec<_> = patterns
        .into_iter()
        .map(|(english, chinese)| Pattern { pieces: english.split("{}").collect(), chinese })
        .collect();
    let length = |one: &Pattern| one.pieces.iter().map(|piece| piece.len()).sum::<usize>();
    patterns.sort_by_key(|one| std::cmp::Reverse(length(one)));
    Table { whole: whole.into_iter().collect(), patterns }
});

/// A line in Chinese, with its margin and its line break.
pub(super) fn of_line(line: &str) -> String {
    let text = line.trim();
    let begin = line.len() - line.trim_start().len();
    let end = begin + text.len();
    format!("{}{}{}", &line[..begin], chinese(text), &line[end..])
}

/// A sentence in Chinese, or as it is.
pub(super) fn chinese(text: &str) -> String {
    match text.len() {
        0..=MAX_BYTES => translated(text, MAX_DEPTH).unwrap_or_else(|| text.to_owned()),
        _ => text.to_owned(),
    }
}

/// The Chinese of a text that is a row without places.
pub(super) fn whole(text: &str) -> Option<&'static str> {
    SENTENCES.whole.get(text).copied()
}

/// `None` if the table has nothing for it.
fn translated(text: &str, depth: usize) -> Option<String> {
    if let Some(chinese) = whole(text) {
        return Some(chinese.to_owned());
    }
    let depth = depth.checked_sub(1)?;
    let found = SENTENCES.patterns.iter().find_map(|one| Some((one, one.values(text)?)));
    match found {
        Some((pattern, values)) => {
            let divided = (!pattern.is_of_two()).then(|| divided(text, depth)).flatten();
            divided.or_else(|| Some(pattern.filled(&values, depth)))
        }
        None => named(text, depth).or_else(|| joined(text, depth)),
    }
}

/// A sentence and what follows its first semicolon, if the table has both.
fn divided(text: &str, depth: usize) -> Option<String> {
    let [first, rest] = parts(text, "; ", 2)[..] else { return None };
    Some(format!("{}；{}", translated(first, depth)?, translated(rest, depth)?))
}

/// A name between backquotes, and one sentence about it.
fn named(text: &str, depth: usize) -> Option<String> {
    if parts(text, "; ", 2).len() > 1 {
        return None;
    }
    let (name, predicate) = text.strip_prefix('`')?.split_once("` ")?;
    translated(predicate, depth).map(|chinese| format!("`{name}` {chinese}"))
}

/// Sentences that are joined by separators outside of backquotes: a list, or a name and a sentence about
/// it.
fn joined(text: &str, depth: usize) -> Option<String> {
    let lists = parts(text, "; ", usize::MAX);
    let (parts, joint) = match lists.len() {
        0 | 1 => (parts(text, ": ", 2), "："),
        _ => (lists, "；"),
    };
    if parts.len() < 2 {
        return None;
    }
    let chinese: Vec<_> = parts.iter().map(|part| translated(part, depth)).collect();
    chinese.iter().any(Option::is_some).then(|| {
        let words = chinese.into_iter().zip(&parts);
        words
            .map(|(chinese, part)| chinese.unwrap_or_else(|| (*part).to_owned()))
            .collect::<Vec<_>>()
            .join(joint)
    })
}

/// The parts of a text, at most this many, between separators outside of backquotes.
fn parts<'t>(text: &'t str, joint: &str, most: usize) -> Vec<&'t str> {
    let (mut parts, mut begin, mut quotes, mut seen) = (Vec::new(), 0, 0, 0);
    for (at, _) in text.match_indices(joint) {
        quotes += text[seen..at].matches('`').count();
        seen = at;
        if quotes % 2 == 0 && parts.len() + 1 < most {
            parts.push(&text[begin..at]);
            begin = at + joint.len();
        }
    }
    parts.push(&text[begin..]);
    parts
}

fn is_digit(one: char) -> bool {
    one.is_ascii_digit()
}

/// Whether the value between these pieces is shown as it is: inside of backquotes, or a code in brackets.
fn is_kept(before: &[&str], after: &str) -> bool {
    let quotes: usize = before.iter().map(|piece| piece.matches('`').count()).sum();
    let opens = before.last().is_some_and(|piece| piece.ends_with('['));
    quotes % 2 == 1 || (opens && after.starts_with(']'))
}

impl Pattern {
    /// Whether it has a semicolon between its sentences.
    fn is_of_two(&self) -> bool {
        self.pieces.iter().any(|piece| piece.contains("; "))
    }

    /// The values of its places in `text`, each with whether it is between backquotes.
    fn values<'t>(&self, text: &'t str) -> Option<Vec<(&'t str, bool)>> {
        let (first, others) = self.pieces.split_first()?;
        let (last, between) = others.split_last()?;
        let mut rest = text.strip_prefix(first)?.strip_suffix(last)?;
        let mut values = Vec::new();
        for (index, piece) in between.iter().enumerate() {
            let at = rest.find(piece)?;
            let value = &rest[..at];
            // The text before a colon has no colon itself: otherwise it would be two parts of a
            // sentence.
            if piece.starts_with(": ") && parts(value, ": ", 2).len() > 1 {
                return None;
            }
            values.push((value, is_kept(&self.pieces[..=index], piece)));
            rest = &rest[at + piece.len()..];
        }
        values.push((rest, is_kept(&self.pieces[..self.pieces.len() - 1], last)));
        // A separator between backquotes does not divide the sentence; one after a name does.
        let is_divided = values.iter().any(|(value, is_quoted)| {
            value.matches('`').count() % 2 == 1 || (*is_quoted && value.contains("`: "))
        });
        let are_dates = || values.iter().all(|(value, _)| value.starts_with(is_digit));
        (!is_divided && (self.pieces != BETWEEN_DATES || are_dates())).then_some(values)
    }

    /// The Chinese with `values` in its places.
    fn filled(&self, values: &[(&str, bool)], depth: usize) -> String {
        let mut out = String::new();
        let mut next = 0;
        let mut rest = self.chinese;
        while let Some((before, after)) = rest.split_once('{') {
            let (number, after) = after.split_once('}').unwrap_or(("", after));
            let place = number.trim_end_matches(LIST).parse::<usize>();
            let place = place.map_or(next, |number| number - 1);
            next = place + 1;
            out += before;
            match values.get(place) {
                Some((value, _)) if number.ends_with(LIST) => out += &value.replace(", ", LIST),
                Some((value, is_quoted)) => {
                    let chinese = (!is_quoted).then(|| translated(value, depth)).flatten();
                    out += &chinese.map_or(Cow::Borrowed(*value), Cow::Owned);
                }
                None => {}
            }
            rest = after;
        }
        out + rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_unique_with_equal_placeholders_in_two_columns() {
        let mut known = std::collections::HashSet::new();
        for line in TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let columns: Vec<_> = line.split('\t').collect();
            assert_eq!(columns.len(), 2, "{line}");
            let (english, chinese) = (columns[0], columns[1]);
            assert!(known.insert(english), "twice: {english}");
            assert!(!chinese.is_empty(), "{line}");
            let places = english.matches("{}").count();
            // A sentence without places is not filled in, and may contain braces.
            let chinese_places = if places == 0 { "" } else { chinese };
            assert!(places > 0 || !chinese.contains("{}"), "{line}");
            let said: Vec<_> =
                chinese_places.split('{').skip(1).map(|rest| rest.split('}').next()).collect();
            let numbers: Vec<_> = said
                .iter()
                .enumerate()
                .map(|(at, number)| {
                    number.and_then(|one| one.trim_end_matches(LIST).parse().ok()).unwrap_or(at + 1)
                })
                .collect();
            let mut sorted = numbers.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, (1..=places).collect::<Vec<_>>(), "{line}");
            let words = english.replace("{}", "");
            let letters = words.chars().filter(char::is_ascii_alphabetic).count();
            assert!(letters >= 2, "{line}: a pattern without words fits all");
            for word in english.split('`').skip(1).step_by(2).filter(|word| !word.contains("{}")) {
                assert!(chinese.contains(word), "{word}: {line}");
            }
        }
    }

    #[test]
    fn values_are_translated_except_between_backquotes() {
        assert_eq!(
            chinese("the handshake was not completed: the anchor expired on 2026-01-01"),
            "握手没有完成：信任锚已于 2026-01-01 过期"
        );
        assert_eq!(
            chinese("the server sends `the anchor`, which no valid path uses"),
            "服务器发送了 `the anchor`，没有任何有效路径用到它"
        );
        assert_eq!(chinese("with the anchor leaf; as leaf"), "使用信任锚 叶证书；同 叶证书");
        let next = "this works today; plan the change; start with a.h:1 [leaf], see `certgrab explain leaf`";
        assert_eq!(
            chinese(next),
            "目前正常；请安排更换；从 a.h:1 [leaf] 开始，见 `certgrab explain leaf`"
        );
        assert_eq!(
            chinese(
                "a.pem, line 13: `A` is an intermediate, issued by `B`: CAs replace intermediates \
                 without notice; embed the root: `certgrab a.test`"
            ),
            "a.pem 第 13 行：`A` 是中间证书，由 `B` 签发：CA 会不经通知更换中间证书；请内置根证书：`certgrab a.test`"
        );
        assert_eq!(
            chinese("`mqtt://a` has the scheme `mqtt`, which has no TLS; did you mean `mqtts:`?"),
            "`mqtt://a` 的协议 `mqtt` 没有 TLS；您是想写 `mqtts:` 吗？"
        );
        assert_eq!(
            chinese(
                "`x://a` has the scheme `x`, which certgrab does not know; if the server uses TLS from the \
                 first byte, pass `tls://HOST:PORT`; known schemes: https, wss"
            ),
            "`x://a` 的协议 `x` 是 certgrab 不认识的；如果服务器从第一个字节起就是 TLS，请用 \
             `tls://HOST:PORT`；已知的协议：https、wss"
        );
        let names = [
            "no sentence of the table",
            "`CN=Road to Root`",
            "CN=Road to Root,O=Time to Live",
            "sent to us.pem:1",
            "`a is not in b`",
        ];
        assert_eq!(names.map(chinese), names);
        assert_eq!(
            chinese("`a` is out of order: its issuer is not the next certificate"),
            "`a` 顺序不对：下一张证书不是它的签发者"
        );
        assert_eq!(chinese("2026-01-01 to 2027-01-01"), "2026-01-01 至 2027-01-01");
        assert_eq!(
            chinese(
                "a.pem:3: error: expected a reason that certgrab writes for `a`, found other text [b]"
            ),
            "a.pem:3: 错误：`a` 应有 certgrab 写出的理由，实际是其他文字 [b]"
        );
        assert_eq!(
            chinese("invalid value 'x' for '<SHELL>' [possible values: bash, fish]"),
            "'<SHELL>' 的值 'x' 无效 [可用的值：bash、fish]"
        );
        assert_eq!(chinese("`key is not in b` is not in c"), "`key is not in b` 不在 c 里");
    }

    #[test]
    fn the_longest_hostile_text_is_translated_in_a_few_steps() {
        for piece in ["; ", ": ", "the anchor; ", "`", "the server sends `", "is issued by "] {
            let text = piece.repeat(MAX_BYTES / piece.len());
            assert!(chinese(&text).len() <= 3 * MAX_BYTES, "{piece}");
            let long = piece.repeat(MAX_BYTES);
            assert_eq!(chinese(&long), long);
        }
    }
}
