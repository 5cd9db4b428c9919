//! Heredocs and triple-quoted strings of Toit, from whose lines the language removes the margin.
//!
//! In: a script. Out: the same with the lines of such heredocs as the language reads them, each on its
//! original line.

/// File extensions of languages in which `<<-` takes the margin that all lines have in common: HCL (its
/// specification, "Template Expressions"). In a shell it only removes tabs (POSIX.1, 2.7.4), and in Ruby
/// nothing.
const MARGIN: [&str; 3] = ["tf", "hcl", "nomad"];

/// The extension of Toit, whose triple-quoted strings lose their margin (its documentation, "Strings").
const TOIT: &str = "toit";

const TRIPLE_QUOTE: &[u8] = b"\"\"\"";

/// What is removed from the beginning of each line.
#[derive(Clone, Copy)]
enum Takes {
    Tabs,
    /// The blanks that all lines have in common.
    Margin,
    /// As many blanks as precede the word that ends it: PHP since 7.3.
    MarginOfTheEnd,
}

/// `content` of a file with this `extension` with its heredocs as programs read them; `None` if none of them
/// loses a margin.
pub(super) fn dedented(extension: &str, content: &[u8]) -> Option<Vec<u8>> {
    let opening = if extension == TOIT { TRIPLE_QUOTE } else { b"<<" };
    memchr::memmem::find(content, opening)?;
    let lines: Vec<&[u8]> = content.split_inclusive(|byte| *byte == b'\n').collect();
    let (mut out, mut at, mut is_changed) = (Vec::with_capacity(content.len()), 0, false);
    // A heredoc that does not end is only searched once.
    let mut looks_on = true;
    while let Some(line) = lines.get(at) {
        out.extend(*line);
        at += 1;
        let Some((word, takes)) = begin(extension, line).filter(|_| looks_on) else { continue };
        let rest = &lines[at..];
        let Some(count) = rest.iter().position(|line| ends(line, word)) else {
            looks_on = false;
            continue;
        };
        let margin = match takes {
            Takes::Tabs => 0,
            Takes::Margin => {
                rest[..count].iter().filter_map(|line| margin(line)).min().unwrap_or(0)
            }
            Takes::MarginOfTheEnd => margin(rest[count]).unwrap_or(0),
        };
        for line in &rest[..count] {
            let taken = match takes {
                Takes::Tabs => line.iter().take_while(|byte| **byte == b'\t').count(),
                _ => margin.min(line.len() - line.trim_ascii_start().len()),
            };
            is_changed |= taken > 0;
            // Only the line end of an empty line is kept.
            let kept = if line.trim_ascii().is_empty() { &b"\n"[..] } else { &line[taken..] };
            out.extend(kept);
        }
        at += count;
    }
    is_changed.then_some(out)
}

/// The blanks at the beginning of `line`; `None` if there is nothing else.
fn margin(line: &[u8]) -> Option<usize> {
    line.iter().position(|byte| !byte.is_ascii_whitespace())
}

/// The word that ends a heredoc which begins on `line`, and what is removed from its lines.
fn begin<'a>(extension: &str, line: &'a [u8]) -> Option<(&'a [u8], Takes)> {
    if extension == TOIT {
        let at = memchr::memmem::rfind(line, TRIPLE_QUOTE)?;
        let is_only = memchr::memmem::find(line, TRIPLE_QUOTE) == Some(at);
        return is_only.then_some((&line[at..at + TRIPLE_QUOTE.len()], Takes::Margin));
    }
    let at = memchr::memmem::find(line, b"<<")?;
    let rest = &line[at + 2..];
    let (rest, takes) = match rest {
        [b'~', rest @ ..] => (rest, Takes::Margin),
        [b'-', rest @ ..] if MARGIN.contains(&extension) => (rest, Takes::Margin),
        [b'-', rest @ ..] if extension != "rb" => (rest, Takes::Tabs),
        [b'<', rest @ ..] if extension == "php" => (rest, Takes::MarginOfTheEnd),
        _ => return None,
    };
    let rest = rest.trim_ascii_start();
    let rest = rest.strip_prefix(b"\"").or_else(|| rest.strip_prefix(b"'")).unwrap_or(rest);
    let is_of_it = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let word = &rest[..rest.iter().position(|byte| !is_of_it(byte)).unwrap_or(rest.len())];
    (!word.is_empty()).then_some((word, takes))
}

/// Whether `line` is the end of a heredoc with this `word`.
fn ends(line: &[u8], word: &[u8]) -> bool {
    let rest = line.trim_ascii().strip_prefix(word);
    rest.is_some_and(|rest| !rest.first().is_some_and(u8::is_ascii_alphanumeric))
}
