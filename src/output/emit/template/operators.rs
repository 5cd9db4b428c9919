//! Measures the operands of operators in a user's template.
//!
//! In: the source of a template. Out: the same with the filter `weighed` after each operand of `~`, of
//! the comparisons and of `in`: the engine has no other place to count what these convert to text or
//! compare, and lists can contain each other many times. A filter binds more tightly than all of them,
//! so nothing else changes.

/// The text inserted before and after an operand. The engine treats the form feed as a blank, and it
/// distinguishes these from the user's text.
const OPEN: &str = "(\u{c}(";
const CLOSE: &str = ")|weighed\u{c})";

/// The text inserted after an operand of a comparison, unless the other one is `none`: text from outside has no
/// form yet that could be compared.
const CLOSE_COMPARED: &str = ")|compared\u{c})";

/// A token of an expression or a tag.
#[derive(Clone, Copy)]
struct Token<'a> {
    start: usize,
    text: &'a str,
    /// How many brackets are open around it.
    depth: usize,
}

impl Token<'_> {
    fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

/// Operators that compare.
const COMPARISONS: [&str; 7] = ["==", "!=", "<", ">", "<=", ">=", "in"];

/// The engine's words for no value.
const NONE: [&str; 2] = ["none", "None"];

/// What ends an operand of a comparison.
const ENDS: [&str; 12] =
    ["and", "or", "not", "if", "else", ",", ":", "=", "recursive", "ignore", "with", "without"];

/// `source` with its operands measured.
pub(super) fn weighed(source: &str) -> String {
    let mut inserts: Vec<(usize, &str)> = Vec::new();
    let mut at = 0;
    while let Some((start, is_tag)) = next_block(source, at) {
        let (tokens, end) = tokens(source, start);
        let is_raw = is_tag && tokens.first().is_some_and(|token| token.text == "raw");
        at = match is_raw {
            true => source[end..].find("endraw").map_or(source.len(), |found| end + found),
            false => end,
        };
        // The name of a tag is not an operand, and the first `in` of a loop is not an operator.
        let is_loop = is_tag && tokens.first().is_some_and(|token| token.text == "for");
        let begin = match tokens.iter().position(|token| token.text == "in") {
            Some(first) if is_loop => first + 1,
            _ => usize::from(is_tag),
        };
        add(tokens.get(begin..).unwrap_or_default(), &mut inserts);
    }
    inserts.sort_by_key(|(at, _)| *at);
    let (mut out, mut from) = (String::new(), 0);
    for (at, text) in inserts {
        out.push_str(&source[from..at]);
        out.push_str(text);
        from = at;
    }
    out + &source[from..]
}

/// `words` of a changed source as the user wrote them; `None` if they belong to `weighed` itself. They
/// may begin and end within the insertions.
pub(super) fn as_written(words: &str) -> Option<String> {
    let words = words.replace(OPEN, "").replace(CLOSE, "").replace(CLOSE_COMPARED, "");
    let words = words.trim_start_matches(['\u{c}']).trim_end_matches('\u{c}');
    let words = words.trim_end_matches(")|weighed").trim_end_matches(")|compared");
    let is_own = words.contains("weighed") || words.contains("compared");
    (!words.contains('\u{c}') && !is_own).then(|| words.to_owned())
}

/// The operand before the filter `words`, if it is one of these; `before` is the source before
/// it.
pub(super) fn operand<'s>(words: &str, before: &'s str) -> Option<&'s str> {
    let operand = before.strip_suffix(")|").filter(|_| CLOSE_COMPARED.contains(words))?;
    operand.rsplit_once(OPEN).map(|(_, operand)| operand)
}

/// Where the content of the next expression or tag from `at` on begins, and whether it is a tag.
fn next_block(source: &str, mut at: usize) -> Option<(usize, bool)> {
    loop {
        let found = at + source.get(at..)?.find('{')?;
        match source.as_bytes().get(found + 1) {
            Some(one @ (b'{' | b'%')) => {
                // A hyphen that trims blanks is not an operator.
                let is_trimmed = source[found + 2..].starts_with(['-', '+']);
                return Some((found + 2 + usize::from(is_trimmed), *one == b'%'));
            }
            Some(b'#') => at = found + 2 + source[found + 2..].find("#}")?,
            _ => at = found + 1,
        }
    }
}

/// The tokens of the block whose content begins at `at`, and where it ends.
fn tokens(source: &str, mut at: usize) -> (Vec<Token<'_>>, usize) {
    let (mut tokens, mut depth) = (Vec::new(), 0_usize);
    while let Some(first) = source[at..].chars().next() {
        let rest = &source[at..];
        let closing = rest.strip_prefix(['-', '+']).unwrap_or(rest);
        if depth == 0 && (closing.starts_with("}}") || closing.starts_with("%}")) {
            break;
        }
        let length = match first {
            _ if first.is_whitespace() => {
                at += first.len_utf8();
                continue;
            }
            '"' | '\'' => text_length(rest, first),
            _ if is_of_word(first) => rest.find(|one| !is_of_word(one)).unwrap_or(rest.len()),
            _ if ["==", "!=", "<=", ">=", "//", "**"].iter().any(|two| rest.starts_with(two)) => 2,
            _ => first.len_utf8(),
        };
        let text = &rest[..length];
        let is_closing = matches!(first, ')' | ']' | '}');
        depth = depth.saturating_sub(usize::from(is_closing));
        tokens.push(Token { start: at, text, depth });
        depth += usize::from(matches!(first, '(' | '[' | '{'));
        at += length;
    }
    (tokens, at)
}

fn is_of_word(one: char) -> bool {
    one.is_alphanumeric() || one == '_'
}

/// The bytes of the text that `rest` begins with, up to its closing `quote`.
fn text_length(rest: &str, quote: char) -> usize {
    let mut is_escaped = false;
    let end = rest.char_indices().skip(1).find(|(_, one)| {
        let ends = *one == quote && !is_escaped;
        is_escaped = *one == '\\' && !is_escaped;
        ends
    });
    end.map_or(rest.len(), |(at, _)| at + 1)
}

/// Adds the insertions for the operands in `tokens`.
fn add(tokens: &[Token<'_>], inserts: &mut Vec<(usize, &str)>) {
    for (index, token) in tokens.iter().enumerate() {
        let is_joint = token.text == "~";
        let is_comparison = COMPARISONS.contains(&token.text);
        if is_joint || is_comparison {
            let ends = |at: usize| ends_operand(tokens, at, token.depth, is_joint);
            // `not in` is one operator.
            let last = match index.checked_sub(1) {
                Some(before) if tokens[before].text == "not" => before,
                _ => index,
            };
            let first = (0..last).rev().take_while(|at| !ends(*at)).last();
            let signs = |at: &usize| ["-", "+", "not"].contains(&tokens[*at].text);
            let start = (index + 1..tokens.len()).find(|at| !signs(at)).unwrap_or(tokens.len());
            let end = (start..tokens.len()).take_while(|at| !ends(*at)).last();
            let operands = [first.zip(last.checked_sub(1)), Some(index + 1).zip(end)];
            let is_none = |operand: &Option<(usize, usize)>| {
                operand.is_some_and(|(from, to)| from == to && NONE.contains(&tokens[from].text))
            };
            let close = match is_joint || operands.iter().any(is_none) {
                true => CLOSE,
                false => CLOSE_COMPARED,
            };
            for (from, to) in operands.into_iter().flatten() {
                inserts.push((tokens[from].start, OPEN));
                inserts.push((tokens[to].end(), close));
            }
        }
    }
}

/// Whether the token at `at` ends every operand of `~` or of a comparison at this `depth`.
fn ends_operand(tokens: &[Token<'_>], at: usize, depth: usize, is_joint: bool) -> bool {
    let Token { text, depth: here, .. } = tokens[at];
    let is_of_test = text == "not" && at > 0 && tokens[at - 1].text == "is";
    here < depth
        || here == depth
            && !is_of_test
            && (ENDS.contains(&text)
                || COMPARISONS.contains(&text)
                || is_joint && ["~", "+", "-"].contains(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operands_of_a_comparison_are_compared_unless_one_is_none() {
        for (source, is_compared) in [
            ("{% if a == b %}", true),
            ("{% if a in b %}", true),
            ("{% if a ~ b %}", false),
            ("{% if a == none %}", false),
            ("{% if none != a %}", false),
        ] {
            assert_eq!(weighed(source).contains(CLOSE_COMPARED), is_compared, "{source}");
        }
    }

    #[test]
    fn operators_count_their_operands_and_change_nothing_else() {
        for (source, wanted) in [
            ("{{ a ~ b }}", "{{ <a> ~ <b> }}"),
            ("{{ a ~ b ~ c }}", "{{ <a> ~ <<b>> ~ <c> }}"),
            ("{{ a + b ~ c * 2 }}", "{{ a + <b> ~ <c * 2> }}"),
            ("{{ a ~ -b }}", "{{ <a> ~ <-b> }}"),
            ("{{ f(a ~ b, c)[d == e] }}", "{{ f(<a> ~ <b>, c)[<d> == <e>] }}"),
            ("{{ a | upper ~ 'x ~ \\' y' }}", "{{ <a | upper> ~ <'x ~ \\' y'> }}"),
            ("{{ a ~ b is not none }}", "{{ <a> ~ <b is not none> }}"),
            ("{% if a ~ b == c %}", "{% if <<a> ~ <b>> == <c> %}"),
            ("{% if not a in b and c %}", "{% if not <a> in <b> and c %}"),
            ("{% if a not in b %}", "{% if <a> not in <b> %}"),
            ("{% for a in b %}", "{% for a in b %}"),
            ("{% for a, b in c if a in d %}", "{% for a, b in c if <a> in <d> %}"),
            ("{% set a = b ~ c if d else e %}", "{% set a = <b> ~ <c> if d else e %}"),
            ("a ~ b {# a ~ b #} { a ~ b }", "a ~ b {# a ~ b #} { a ~ b }"),
            (
                "{% raw %}{{ a ~ b }}{% endraw %}{{ a<b }}",
                "{% raw %}{{ a ~ b }}{% endraw %}{{ <a><<b> }}",
            ),
            ("{{ {\"a\": b ~ c}.a }}", "{{ {\"a\": <b> ~ <c>}.a }}"),
            ("{%- if a in b -%}{{- c ~ d -}}", "{%- if <a> in <b> -%}{{- <c> ~ <d> -}}"),
            ("{{ a ~", "{{ <a> ~"),
        ] {
            let made = weighed(source);
            assert_eq!(as_written(&made).as_deref(), Some(source));
            let shown = made.replace(OPEN, "<").replace(CLOSE, ">").replace(CLOSE_COMPARED, ">");
            assert_eq!(shown, wanted, "{source}");
        }
    }
}
