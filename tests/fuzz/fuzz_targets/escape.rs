//! Text from outside, escaped by destination: a reader of each destination finds one comment or
//! one literal there, with the same text in it.
#![no_main]

use certgrab::escape::Foreign;
use certgrab_fuzz::{assert_clean, lexer};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = match std::str::from_utf8(data) {
        Ok(text) => Foreign::text(text),
        Err(_) => Foreign::bytes(data),
    };
    let line = text.line();
    assert_clean(&line);
    if let Ok(raw) = std::str::from_utf8(data) {
        if !line.ends_with("... (cut)") {
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
    // What the program sees says the same as what the report shows, but where its escapes make the
    // literal so long that it is cut sooner.
    if read.ends_with("... (cut)") && !line.ends_with("... (cut)") {
        assert!(literal.len() > 256 + "... (cut)".len() - 12, "cut too soon: {literal}");
        return;
    }
    assert_eq!(lexer::unescaped(&read), lexer::unescaped(&line), "{read} and {line}");
});
