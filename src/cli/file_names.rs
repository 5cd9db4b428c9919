//! Words that look like file names where a server is expected.
//!
//! In: a word as typed. Out: whether it is probably a file. `ca.pem` is a name that a resolver can be
//! asked for, and no server has it.

use std::path::Path;

/// Extensions of certificate files that are not open top-level domains (IANA's root zone database; names
/// under `.py` are of the third level).
const NO_DOMAINS: [&str; 34] = [
    "c", "cer", "cfg", "conf", "cpp", "crt", "csv", "cxx", "der", "go", "h", "hpp", "html", "hxx",
    "ini", "ino", "java", "js", "json", "jks", "key", "kt", "lua", "p12", "p7b", "p7c", "pem",
    "pfx", "py", "swift", "toml", "ts", "txt", "xml",
];

/// Extensions of files that are also top-level domains.
const DOMAINS_TOO: [&str; 9] = ["cc", "cs", "inc", "md", "pl", "rs", "sh", "yaml", "yml"];

/// Whether `word`, given as a server, names a file: an existing one, or one with a name that no server
/// has.
pub(crate) fn instead_of_a_server(word: &str) -> bool {
    let begins =
        |beginning: &&str| word.starts_with(beginning) || word == beginning.trim_end_matches('/');
    let is_path = !word.starts_with("//") && ["./", "../", "/", "~/"].iter().any(begins);
    let is_there = !has_scheme(word) && word.contains('/') && Path::new(word).exists();
    if (is_path || is_there) && !word.is_empty() {
        return true;
    }
    let Some(ending) = ending(word) else { return false };
    let known = |endings: &[&str]| endings.contains(&ending.as_str());
    known(&NO_DOMAINS) || (known(&DOMAINS_TOO) && Path::new(word).is_file())
}

/// Extensions of files that `certgrab convert` reads; it also reads source code.
const CERTIFICATES: [&str; 9] = ["cer", "crt", "der", "jks", "p12", "p7b", "p7c", "pem", "pfx"];

/// What to do with the file `word` that was given as a server.
pub(crate) fn for_a_file(word: &str) -> String {
    let holds_certificates = ending(word).is_some_and(|one| CERTIFICATES.contains(&one.as_str()));
    match holds_certificates {
        true => format!("convert it with `certgrab convert {word} --emit FORMAT`"),
        false => format!("check it with `certgrab check {word}`"),
    }
}

/// Whether `word`, given where a file or a server is expected, names a file.
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
    fn a_file_is_recognised_by_its_extension() {
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
