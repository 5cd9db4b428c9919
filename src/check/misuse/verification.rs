//! Verification that is turned off.
//!
//! In: the code of a file. Out: a finding for each place that turns it off, in the languages of
//! [`super::words`].

use super::{error, words::*};
use crate::check::{
    Finding,
    source::{Source, code::Code},
};

/// The most bytes of a callback's code that are read.
const CALLBACK_BYTES: usize = 120;

/// What precedes a literal that is kept in the code.
const LITERAL: &str = "\"=";

/// The finding that `what` on `line` disables verification, or only the check of the name.
pub(super) fn finding(line: usize, what: &str) -> Finding {
    let what = what.trim_matches(['.', '>', '(', '-']);
    let is_name_alone = NAME_ALONE.contains(&what);
    let part = A_PART.iter().find(|(word, _)| *word == what);
    let message = match part {
        _ if is_name_alone => format!(
            "`{what}` turns the check of the server's name off: a certificate that the anchor's CA \
             issued for any other name is accepted"
        ),
        Some((_, part)) => format!("`{what}` turns off the check {part}"),
        None => format!(
            "`{what}` turns verification off: any certificate is accepted, whatever the anchor"
        ),
    };
    let action = match is_name_alone {
        true => "remove it, so that the name in the certificate is checked",
        false => "remove it, so that the server is verified with the anchor",
    };
    error(line, "verification-off", message, action)
}

pub(super) fn turned_off(source: &Source) -> Vec<Finding> {
    let code = &source.tight;
    let places = in_words(source)
        .into_iter()
        .chain(in_calls(source))
        .chain(in_fields(source))
        .chain(in_callbacks(source))
        .chain(in_trust_managers(code))
        .chain(in_requests(code))
        .chain(in_socket_options(code));
    places.map(|(at, what)| finding(code.line(at), what)).collect()
}

/// Where something turns verification off, and what.
type Places = Vec<(usize, &'static str)>;

fn in_words(source: &Source) -> Places {
    let code = &source.tight;
    let of = |word: &'static str| {
        code.find(word).filter(move |at| is_value(code.text(), *at, word)).map(move |at| (at, word))
    };
    let mut found: Places = WORDS.into_iter().flat_map(of).collect();
    // The whole body of a function of rustls that has to verify.
    for at in code.find(ACCEPTED) {
        let before = code.near(at, &(0..at)).trim_end_matches(is_of_path);
        let is_whole = before.ends_with("{Ok(") || before.ends_with("{return Ok(");
        found.extend(is_whole.then_some((at, ACCEPTED)));
    }
    found
}

fn in_calls(source: &Source) -> Places {
    let code = &source.tight;
    let mut found = Vec::new();
    for call in CALLS {
        let name = call.split('(').next().unwrap_or(call);
        found.extend(code.find(call).map(|at| (at, name)));
    }
    for (name, index, values) in ARGUMENTS {
        let call = format!("{name}(");
        for at in code.find(&call) {
            let argument =
                code.arguments(at + call.len()).split(',').nth(index).unwrap_or_default();
            let value = argument.rsplit('=').next().unwrap_or_default();
            found.extend(values.contains(&value).then_some((at, name)));
        }
    }
    found
}

fn in_fields(source: &Source) -> Places {
    let code = &source.tight;
    let mut found = Vec::new();
    for (field, values) in FIELDS {
        let is_off = |value: &str| {
            let bare = value.strip_prefix(LITERAL).unwrap_or(value);
            let value = if values.iter().any(|one| value.starts_with(one)) { value } else { bare };
            values.iter().any(|wanted| begins_with_word(value, wanted))
        };
        for at in code.find(field) {
            // A literal next to another one is an ordinary argument, except for GLib properties.
            let signs: &[char] = match code.text()[..at].ends_with(LITERAL) && field != PROPERTY {
                true => &['=', ':'],
                false => &['=', ':', ',', ' '],
            };
            let rest = &code.text()[at + field.len()..];
            let rest = rest.trim_start_matches(['"', ']', '\'', '}']);
            let value = rest.strip_prefix("=>").or_else(|| rest.strip_prefix(signs));
            let is_verified_otherwise = || {
                let fields = code.near(at, &code.blocks().around(at));
                field == "InsecureSkipVerify"
                    && OWN_VERIFIERS.iter().any(|one| fields.contains(one))
            };
            let is_of_a_client = |value: &str| {
                HTTP_CLIENTS.iter().any(|(word, values)| {
                    values.iter().any(|wanted| begins_with_word(value, wanted))
                        && code.text().contains(word)
                })
            };
            let is_of_tls =
                field != "verify" || value.is_some_and(is_of_a_client) && !is_parameter(code, at);
            if value.is_some_and(is_off) && is_of_tls && !is_verified_otherwise() {
                let is_of_perl = field == "verify_hostname" && code.text().contains("ssl_opts");
                found.push((at, if is_of_perl { LWP } else { field }));
            }
        }
    }
    found
}

/// Whether the code at `at` is a parameter of a function that is defined in Python.
fn is_parameter(code: &Code, at: usize) -> bool {
    code.open_bracket(at).is_some_and(|open| {
        let name = code.word_before(open);
        code.text()[..open - name.len()].ends_with("def ")
    })
}

fn in_callbacks(source: &Source) -> Places {
    let code = &source.tight;
    let mut found = Vec::new();
    for (callback, answers) in CALLBACKS {
        for at in code.find(callback) {
            let rest: String = code.text()[at..].chars().take(CALLBACK_BYTES).collect();
            let behind = |sign: &str| rest.find(sign).map(|at| at + sign.len());
            let block = |word: &str| {
                let at = rest.find(word)?;
                Some(at + rest[at..].find('{')?)
            };
            let given = rest[callback.len()..].trim_start_matches(['+', '=']);
            let bodies = [behind("=>"), behind("->"), block("function"), block("delegate")];
            let bodies = bodies.into_iter().chain([block("verify(")]).flatten();
            let bodies = bodies.map(|at| &rest[at..]).chain([given]);
            let answers_yes = |body: &str| answers.iter().any(|one| body.starts_with(one));
            if bodies.into_iter().any(answers_yes) {
                found.push((at, callback));
            }
        }
    }
    found
}

/// Methods of trust managers that accept everything, and credentials for chains that are never checked.
fn in_trust_managers(code: &Code) -> Places {
    let mut found = Vec::new();
    for at in code.find(TRUST_MANAGER) {
        let parameters = code.arguments(at + TRUST_MANAGER.len());
        let rest = &code.text()[at + TRUST_MANAGER.len() + parameters.len()..];
        let rest = rest.strip_prefix(')').unwrap_or(rest);
        let is_of_throws =
            |one: char| one.is_alphanumeric() || matches!(one, ' ' | '.' | ',' | '_');
        let rest = match rest.strip_prefix("throws ") {
            Some(rest) => rest.trim_start_matches(is_of_throws),
            None => rest,
        };
        let is_empty = ["{}", "{return;}", "=Unit"].iter().any(|body| rest.starts_with(body));
        found.extend(is_empty.then_some((at, TRUST_MANAGER)));
    }
    for (word, evaluates) in TRUSTED_UNSEEN {
        if !code.text().contains(evaluates) {
            found.extend(code.find(word).map(|at| (at, word.trim_end_matches(':'))));
        }
    }
    found
}

/// Requests of aiohttp that accept any certificate.
fn in_requests(code: &Code) -> Places {
    let is_known = ["aiohttp", "session"].iter().any(|word| code.text().contains(word));
    let takes_it = |at: &usize| {
        let open = code.open_bracket(*at);
        open.is_some_and(|open| HTTP_METHODS.contains(&code.word_before(open)))
    };
    let places = code.find(NO_TLS_CHECK).filter(|at| is_known && takes_it(at));
    places.filter(|at| !is_parameter(code, *at)).map(|at| (at, NO_TLS_CHECK)).collect()
}

/// The most places that are looked at where each is compared with all of the code: no program has as many.
const MAX_PLACES: usize = 64;

/// Calls that set Zephyr's socket option to the value of a variable.
fn in_socket_options(code: &Code) -> Places {
    let is_off = |at: &usize| {
        let value = code.text()[at + PEER_VERIFY.len()..].strip_prefix(",&").unwrap_or_default();
        let name = value.split(',').next().unwrap_or_default();
        let given = |value: &str| code.has(&format!("{name}={value}"));
        !name.is_empty() && PEER_VERIFY_OFF.iter().any(|value| given(value))
    };
    code.find(PEER_VERIFY).take(MAX_PLACES).filter(is_off).map(|at| (at, PEER_VERIFY)).collect()
}

fn is_of_path(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | ':')
}

/// Whether the word at `at` is passed or assigned: not compared, nor the name of a case or a macro.
fn is_value(text: &str, at: usize, word: &str) -> bool {
    let before = &text[..at];
    let before = before.trim_end_matches(|one: char| {
        one.is_alphanumeric() || one == '_' || one == ':' || one == '.'
    });
    let compares = ["==", "!=", "case "]
        .iter()
        .any(|sign| before.ends_with(sign) || text[..at].ends_with(sign));
    let is_given =
        before.ends_with(['=', ',', '(', '?', ':', '|', '&', '<', '[']) || before.ends_with("=>");
    let is_called = text[at + word.len()..].starts_with('(') || text[..at].ends_with('.');
    let is_declared = text[at + word.len()..].starts_with('=')
        || text[..at].ends_with("define ")
        || text[..at].ends_with("def ");
    !compares && !is_declared && (is_given || is_called)
}

/// Whether `text` begins with `word` as a whole word.
fn begins_with_word(text: &str, word: &str) -> bool {
    let rest = text.strip_prefix(word);
    rest.is_some_and(|rest| {
        !rest.starts_with(|one: char| one.is_alphanumeric() || one == '_' || one == '.')
    })
}

/// The words of which a file that turns verification off has at least one, except for fields.
pub(super) fn signs() -> impl Iterator<Item = &'static str> {
    let calls = CALLS.iter().map(|call| call.split('(').next().unwrap_or(call));
    let callbacks = CALLBACKS.into_iter().map(|(name, _)| name);
    let arguments = ARGUMENTS.into_iter().map(|(name, ..)| name);
    let unseen = TRUSTED_UNSEEN.into_iter().map(|(word, _)| word);
    let others = [ACCEPTED, NO_TLS_CHECK, NO_TLS_CHECK_WIDE, PEER_VERIFY, "checkServerTrusted"];
    WORDS.into_iter().chain(calls).chain(arguments).chain(callbacks).chain(unseen).chain(others)
}
