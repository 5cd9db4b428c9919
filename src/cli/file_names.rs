//! Words that name a file where a server may be meant.
//!
//! In: a word as typed. Out: whether people call files so. `ca.pem` is a name that a resolver can
//! be asked for, and no server has it.

use std::path::Path;

/// Endings of files that certificates stand in and that are no top-level domain under which names
/// are given to everyone (IANA's root zone database; names under `.py` are of the third level).
const NO_DOMAINS: [&str; 34] = [
    "c", "cer", "cfg", "conf", "cpp", "crt", "csv", "cxx", "der", "go", "h", "hpp", "html", "hxx",
    "ini", "ino", "java", "js", "json", "jks", "key", "kt", "lua", "p12", "p7b", "p7c", "pem",
    "pfx", "py", "swift", "toml", "ts", "txt", "xml",
];

/// Endings of files that are top-level domains too.
const DOMAINS_TOO: [&str; 9] = ["cc", "cs", "inc", "md", "pl", "rs", "sh", "yaml", "yml"];

/// Whether `word`, given as a server, names a file: one that is there, or one that no server is
/// called like.
pub(crate) fn instead_of_a_server(word: &str) -> bool {
    let Some(ending) = ending(word) else { return false };
    let known = |endings: &[&str]| endings.contains(&ending.as_str());
    known(&NO_DOMAINS) || (known(&DOMAINS_TOO) && Path::new(word).is_file())
}

/// Endings of files that `certgrab convert` reads; it reads source code too.
const CERTIFICATES: [&str; 9] = ["cer", "crt", "der", "jks", "p12", "p7b", "p7c", "pem", "pfx"];

/// What to do with the file `word` that was given as a server.
pub(crate) fn for_a_file(word: &str) -> String {
    let holds_certificates = ending(word).is_some_and(|one| CERTIFICATES.contains(&one.as_str()));
    match holds_certificates {
        true => format!("convert it with `certgrab convert {word} --emit FORMAT`"),
        false => format!("check it with `certgrab check {word}`"),
    }
}

/// Whether `word`, given where a file or a server may stand, names a file.
pub(crate) fn rather_than_a_server(word: &str) -> bool {
    let is_known = |ending: String| {
        NO_DOMAINS.contains(&ending.as_str()) || DOMAINS_TOO.contains(&ending.as_str())
    };
    let is_bare = !has_scheme(word) && !has_port(word);
    ending(word).is_some_and(is_known) || (is_bare && word.contains('/'))
}

/// Whether `word` begins with a scheme, as a URL does.
fn has_scheme(word: &str) -> bool {
    word.contains("://")
}

/// Whether `word` ends with a port.
fn has_port(word: &str) -> bool {
    let port = word.rsplit_once(':').map(|(_, port)| port);
    port.is_some_and(|port| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The ending of a word that has no scheme and no port, in lower case.
fn ending(word: &str) -> Option<String> {
    if has_scheme(word) || has_port(word) {
        return None;
    }
    let (name, ending) = word.rsplit_once('.')?;
    (!name.is_empty() && !ending.contains('/')).then(|| ending.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_told_from_a_server_by_its_ending() {
        for word in ["typo.py", "ca.pem", "certs/ca.pem", "main.INO", "a.b.json", "./ca.h"] {
            assert!(instead_of_a_server(word) && rather_than_a_server(word), "{word}");
        }
        for word in ["docs.rs", "lib.sh", "ca.yaml"] {
            assert!(!instead_of_a_server(word) && rather_than_a_server(word), "{word}");
        }
        for word in ["typo.py:443", "https://ca.pem", "m1.test", "localhost", "pem", "::1", ".pem"]
        {
            assert!(!instead_of_a_server(word) && !rather_than_a_server(word), "{word}");
        }
        assert!(!instead_of_a_server("a.test/path.d") && rather_than_a_server("certs/ca"));
    }
}
