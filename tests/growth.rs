//! The cost of a file grows no faster than the file: instructions of whole runs are counted for n, 2n and 4n
//! repeated parts.

use std::{fs, path::Path, process::Command};

use tempfile::TempDir;

use crate::support::{Pki, pki::pem_of, real};

/// Twice the input costs twice as much; quadratic growth would cost four times as much.
const MOST_GROWTH: u64 = 3;

/// The instructions of `certgrab WORDS` in `folder`, in all threads.
fn instructions(folder: &Path, words: &[&str]) -> u64 {
    let said = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(env!("CARGO_BIN_EXE_certgrab"))
        .args(words)
        .current_dir(folder)
        .env_remove("RUST_BACKTRACE")
        .output()
        .expect("valgrind runs");
    let text = String::from_utf8_lossy(&said.stderr);
    let count = text.lines().find_map(|line| line.split_once("Collected : ")).expect("a count");
    count.1.trim().parse().expect(count.1)
}

/// Whether the cost of `words` grows linearly with the n parts that `fill` puts in the folder.
fn grows_like(words: &[&str], n: usize, fill: impl Fn(&Path, usize)) {
    let folder = TempDir::new().expect("a folder");
    let [first, second, third] = [n, 2 * n, 4 * n].map(|parts| {
        fill(folder.path(), parts);
        instructions(folder.path(), words)
    });
    let (once, twice) = (second.saturating_sub(first), third.saturating_sub(second));
    assert!(once > 0, "{words:?}: n parts cost {first}, 2n {second}: nothing was read");
    assert!(twice < MOST_GROWTH * once, "{words:?}: {first}, {second}, {third} instructions");
}

#[test]
fn the_cost_of_a_manifest_grows_with_its_targets() {
    if !real::program("valgrind") {
        return;
    }
    grows_like(&["sync", "--locked"], 12, |folder, parts| {
        let target = |number: usize| {
            format!(
                "[[target]]\nhost = \"{number}.plc.test\"\nlock = \"{number}.pem\"\nname = \"CA_{number}\"\n\
                 roots = [\"roots/{number}.pem\"]\nemit = {{ c = \"{number}.h\" }}\n\n"
            )
        };
        // The last is an error, after all others were read.
        let text: String = (0..parts).map(target).chain([target(0)]).collect();
        fs::write(folder.join("certgrab.toml"), text).expect("a manifest");
    });
}

#[test]
fn the_cost_of_findings_grows_with_the_file() {
    if !real::program("valgrind") {
        return;
    }
    let words = ["check", "--offline", "--at", "2030-01-01", "main.ino"];
    let pem_of_leaf = |number: usize| {
        let pki = Pki::root("Plant Root").leaf(&format!("{number}.plc.test"));
        pem_of(std::slice::from_ref(pki.leaf_der()))
    };
    let leaves: Vec<_> = (0..16).map(pem_of_leaf).collect();
    let constant = |number: usize, pem: &str| {
        format!(
            "const char CA_{number}[] = R\"EOF({pem})EOF\";\nvoid f_{number}() {{ client.setCACert(CA_{number}); }}\n"
        )
    };
    let damaged = leaves[0].replacen("MII", "M-I", 1);
    let unended = leaves[0].replacen("-----END", "----END", 1);
    let placeholder = "-----BEGIN CERTIFICATE-----\n...\n-----END CERTIFICATE-----\n".to_owned();
    let bad = [damaged, unended, placeholder];
    // Certificates with other keys and the same issuer name, in separate constants and in one; damaged blocks
    // and placeholders; code that defeats the constant.
    grows_like(&words, 4, |folder, parts| {
        let each = leaves[..parts].iter().enumerate().map(|(number, pem)| constant(number, pem));
        let all = std::iter::once(constant(1_000, &leaves[..parts].concat()));
        let bad = (0..parts).map(|number| constant(2_000 + number, &bad[number % bad.len()]));
        let off =
            (0..parts).map(|number| format!("void g_{number}() {{ client.setInsecure(); }}\n"));
        let text: String = each.chain(all).chain(bad).chain(off).collect();
        fs::write(folder.join("main.ino"), text).expect("a sketch");
    });
}

#[test]
fn the_cost_of_a_walk_grows_with_its_files() {
    if !real::program("valgrind") {
        return;
    }
    let text = "int main(void) { return client.connect(1); }\n".repeat(60);
    grows_like(&["check", "--offline", "."], 20, |folder, parts| {
        fs::write(folder.join("ca.pem"), "").expect("a file");
        for number in 0..parts {
            fs::write(folder.join(format!("{number}.c")), &text).expect("a file");
        }
    });
}

#[test]
fn the_cost_of_repeated_code_grows_with_the_code() {
    if !real::program("valgrind") {
        return;
    }
    // What is searched around a place: the function, the braces, the call, a declaration, a branch.
    let of_c = [
        "client.setCACert(ca);\n",
        "client.setCACert(NULL);\n",
        "void f() { String s = load(); client.setCACert(s.c_str()); }\n",
        "config.crt_bundle_attach = esp_crt_bundle_attach;\nif (x) { config.cert_pem = ca; } else\n",
        "setsockopt(s, SOL_TLS, TLS_PEER_VERIFY, &verify, sizeof(verify));\n",
        "if (x) {\nclient.connect(host, port);\n",
        "{ dn, len }, .flags = 0,\n",
    ];
    let of_python = ["requests.get(url, verify=False\n", "aiohttp.get(url, ssl=False\n"];
    let of_go = ["a{\nInsecureSkipVerify: true,\n"];
    for (file, lines) in [("main.ino", &of_c[..]), ("main.py", &of_python), ("main.go", &of_go)] {
        grows_like(&["check", "--offline", "--quiet", file], 200, |folder, parts| {
            let repeated: String = lines.iter().map(|line| line.repeat(parts)).collect();
            fs::write(folder.join(file), repeated).expect("a file");
        });
    }
}
