//! The findings of `check` in PEM texts, compared with the decoders of TLS stacks on mutated texts.

use std::{io::Write as _, path::Path, process::Stdio};

use certgrab::check::{self, Severity};

use crate::support::{pki::Pki, pki::pem_of, real};

/// Mutated texts for each stack.
const TEXTS: u64 = 2_000;

/// Programs that print, for each text, how many certificates the library reads and whether it refused
/// something. A text is its length in four bytes, little-endian, and its bytes.
const MBEDTLS: &str = include_str!("inputs/pem/mbedtls.c");
const BEARSSL: &str = include_str!("inputs/pem/bearssl.c");
const OPENSSL: &str = include_str!("inputs/pem/openssl.c");

/// Random numbers by seed (Marsaglia's xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(end).unwrap()).unwrap()
    }

    fn one_of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }
}

const BLANKS: [&str; 6] = [" ", "  ", "\t", "\r", " \t", "\r\r"];

/// One change to the lines of `text` that preserves its Base64.
fn mutated(text: &str, random: &mut Random) -> String {
    let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
    let at = random.below(lines.len());
    let all = |with: &str| text.replace('\n', with);
    match random.below(18) {
        0 => lines[at] += random.one_of(&BLANKS),
        1 => lines[at].insert_str(0, random.one_of(&BLANKS)),
        2 => {
            let place = random.below(lines[at].len() + 1);
            lines[at].insert_str(place, random.one_of(&BLANKS));
        }
        3 => return all("\r\n"),
        4 => return all("\n\r"),
        5 => return all("\r\r\n"),
        6 => return text.trim_end().to_owned(),
        7 => lines.insert(at, String::new()),
        8 => return text.replacen("-----END", random.one_of(&["----END", "------END"]), 1),
        9 | 10 => {
            let end = random.one_of(&["----", "------", "----- ", "-----\t", "-----  ", "-----x"]);
            let word = random.one_of(&["END CERTIFICATE", "BEGIN CERTIFICATE"]);
            return text.replacen(&format!("{word}-----"), &format!("{word}{end}"), 1);
        }
        11 => {
            return text.replacen(
                "-----BEGIN",
                random.one_of(&["----BEGIN", "------BEGIN", " -----BEGIN"]),
                1,
            );
        }
        12 if at + 1 < lines.len() => {
            let next = lines.remove(at + 1);
            lines[at] += &next;
        }
        13 => return text.replacen("\n-----END", "-----END", 1),
        14 => return text.replace("-----\n-----", "----------"),
        15 => return all(" \n"),
        17 => {
            let words = random.one_of(&["BEGIN CERTIFICATE", "END CERTIFICATE", " CERTIFICATE"]);
            return text.replace(words, &words.replace("CERT", "X509 CERT"));
        }
        16 => return lines.iter().map(|line| format!("  {line}\n")).collect(),
        _ => {}
    }
    lines.join("\n")
}

/// The texts, each with its number of certificates.
fn texts() -> Vec<(String, usize)> {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let other = Pki::root("Other Root").leaf("plc.test");
    let one = pem_of(&[pki.root_der().clone()]);
    let two = one.clone() + &pem_of(&[other.root_der().clone()]);
    let text = |seed: u64| {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        random.below(2);
        let (mut text, count) =
            if random.below(3) == 0 { (two.clone(), 2) } else { (one.clone(), 1) };
        for _ in 0..=random.below(2) {
            text = mutated(&text, &mut random);
        }
        (text, count)
    };
    (1..=TEXTS).map(text).collect()
}

/// The output of the program `source`, linked with `libraries`, for each of `texts`.
fn ask(
    folder: &Path,
    source: &str,
    libraries: &[&str],
    argument: &str,
    texts: &[(String, usize)],
) -> Vec<String> {
    let (file, program) = (folder.join("decoder.c"), folder.join("decoder"));
    std::fs::write(&file, source).unwrap();
    let built = std::process::Command::new("gcc")
        .arg(&file)
        .arg("-o")
        .arg(&program)
        .args(libraries)
        .status();
    assert!(built.unwrap().success());
    let mut child = std::process::Command::new(&program)
        .args(Some(argument).filter(|one| !one.is_empty()))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let all: Vec<u8> = texts
        .iter()
        .flat_map(|(text, _)| {
            let length = u32::try_from(text.len()).unwrap().to_le_bytes();
            [&length, text.as_bytes()].concat()
        })
        .collect();
    let writer = std::thread::spawn(move || input.write_all(&all));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

/// `text` as a constant in code that passes it to a stack by `call`.
fn code(text: &str, call: &str) -> String {
    let literal: String = text
        .bytes()
        .map(|byte| match byte {
            b'\n' => "\\n".to_owned(),
            b'\r' => "\\r".to_owned(),
            b'\t' => "\\t".to_owned(),
            byte => char::from(byte).to_string(),
        })
        .collect();
    format!("const char ca[] = \"{literal}\";\nvoid f() {{ {call} }}\n")
}

#[test]
fn check_agrees_with_each_stacks_pem_decoder() {
    let headers = ["mbedtls/x509_crt.h", "bearssl.h", "openssl/pem.h"];
    if !headers.iter().all(|header| real::header(header)) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let texts = texts();
    let stacks: [(&str, &str, &[&str], &str, &str); 4] = [
        (
            "mbedTLS",
            MBEDTLS,
            &["-lmbedx509", "-lmbedcrypto"],
            "",
            "c.setCACert(ca); mbedtls_x509_crt_init(&x);",
        ),
        ("BearSSL", BEARSSL, &["-lbearssl"], "", "br_x509_minimal_init(&x, ca);"),
        ("ESP8266", BEARSSL, &["-lbearssl"], "esp8266", "X509List list(ca);"),
        ("OpenSSL", OPENSSL, &["-lcrypto"], "", "SSL_CTX_new(ca);"),
    ];
    let mut problems = Vec::new();
    for (name, source, libraries, argument, call) in stacks {
        let answers = ask(folder.path(), source, libraries, argument, &texts);
        assert_eq!(answers.len(), texts.len(), "{name}");
        let mut wrong = Vec::new();
        for ((text, count), answer) in texts.iter().zip(&answers) {
            let reading = check::read(Path::new("a.cpp"), code(text, call).as_bytes());
            let errors = reading.findings.listed().iter();
            let passes = !errors.clone().any(|one| one.severity == Severity::Error);
            let reads = *answer == format!("{count} 0");
            if passes != reads {
                let codes: Vec<_> = errors.map(|one| one.code).collect();
                wrong.push(format!("{answer} of {count}, {codes:?}: {text:?}"));
            }
        }
        let reads = answers.iter().filter(|answer| answer.ends_with(" 0")).count();
        assert!(reads > 200 && reads < texts.len() - 200, "{name} reads {reads}");
        let count = wrong.len();
        wrong.truncate(3);
        problems.extend(wrong.iter().map(|one| format!("{name}, one of {count}: {one}")));
    }
    assert!(problems.is_empty(), "{problems:#?}");
}
