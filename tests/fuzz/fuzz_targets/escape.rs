//! Text from outside, escaped by destination: a reader of each destination finds one comment or one literal
//! there, with the same text in it.
#![no_main]

use certgrab::internals::text::foreign::Foreign;
use certgrab_fuzz::{assert_clean, lexer};
use libfuzzer_sys::fuzz_target;

/// The end of a value that is too long to be shown whole.
const CUT: &str = "... (cut)";

fuzz_target!(|data: &[u8]| {
    let text = match std::str::from_utf8(data) {
        Ok(text) => Foreign::text(text),
        Err(_) => Foreign::bytes(data),
    };
    let line = text.line();
    assert_clean(&line);
    if let Ok(raw) = std::str::from_utf8(data) {
        if !line.ends_with(CUT) {
            assert_eq!(lexer::unescaped(&line).as_deref(), Some(raw), "{line}");
        }
    }

    let comment = text.comment();
    assert_clean(&comment);
    for source in
        [format!("/* {comment} */x"), format!("// {comment}\nx"), format!("# {comment}\nx")]
    {
        let name = &source[..2];
        let read = if name == "# " { lexer::python(&source) } else { lexer::c(&source) };
        assert_eq!(read, Some(vec![lexer::Token::Word("x".to_owned())]), "{source}");
    }
    assert_eq!(lexer::rust_comment(&format!("/* {comment} */x")), Some("x"), "{comment}");
    assert!(!comment.contains("-->"), "{comment}");

    let literal = text.string_literal();
    assert!(literal.is_ascii());
    let quoted = format!("\"{literal}\"");
    let read: String = serde_json::from_str(&quoted).expect("a JSON string");
    for read_as in [lexer::c(&quoted), lexer::python(&quoted)] {
        assert_eq!(
            read_as,
            Some(vec![lexer::Token::Literal(read.clone().into_bytes())]),
            "{quoted}"
        );
    }
    // The program reads the same text as the report shows. If escapes make the literal so long that it is cut
    // earlier, by less than its longest character of 12, it is a prefix of that. A short text may also end in
    // this way.
    let is_long = literal.len() > 256 + CUT.len() - 12;
    if let Some(start) = read.strip_suffix(CUT).filter(|_| is_long) {
        let shown = line.strip_suffix(CUT).unwrap_or(&line);
        let shown = lexer::unescaped(shown).or_else(|| lexer::unescaped(without_last(shown)));
        // Bytes that are not text are written `\xff`, which only the report's reader knows.
        if let (Some(start), Some(shown)) = (lexer::unescaped(without_last(start)), &shown) {
            assert!(shown.starts_with(&start), "{read} and {line}");
        } else {
            assert!(std::str::from_utf8(data).is_err(), "{read} and {line}");
        }
        return;
    }
    assert_eq!(lexer::unescaped(&read), lexer::unescaped(&line), "{read} and {line}");
});

/// `text` up to its last escape, which may be cut.
fn without_last(text: &str) -> &str {
    text.rsplit_once('\\').map_or(text, |(before, _)| before).trim_end_matches('\\')
}
