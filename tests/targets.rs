//! What the command takes as a target, and what it says of anything else.

use crate::support::certgrab;

#[test]
fn a_target_that_is_none_is_refused_with_what_was_understood() {
    certgrab().args(["http://broker.test"]).fails_with(2).stdout("").stderr(
        "certgrab: error: invalid value 'http://broker.test' for '[TARGET]...': \
         `http://broker.test` has the scheme `http`, which has no TLS; did you mean `https:`?\n\
         certgrab: hint: `certgrab --help` shows how\n",
    );
}

#[test]
fn no_target_at_all_names_the_usage() {
    certgrab().fails_with(2).stdout("").stderr(
        "certgrab: error: no target given\ncertgrab: hint: name a server: `certgrab HOST:PORT`\n",
    );
}

#[test]
fn a_hostile_target_cannot_reach_the_terminal() {
    let outcome = certgrab().args(["a\u{1b}[31m\u{202e}b"]).fails_with(2);
    let text = outcome.err();
    assert!(text.chars().all(|one| one == '\n' || !one.is_control()), "{text:?}");
    assert!(!text.contains('\u{202e}'), "{text:?}");
}

#[test]
fn an_unknown_format_names_those_that_there_are() {
    let outcome = certgrab().args(["broker.test", "--emit", "docx"]).fails_with(2).stdout("");
    assert!(outcome.err().contains("no such format; there are pem, "), "{}", outcome.err());
}
