//! Forms of certificates in repositories: each is read as its language or its loader reads it.

use std::path::Path;

use certgrab::check;

use crate::left_roots;
use crate::support::{Pki, Server, certgrab as command, pki::pem_of};

/// A root that left Mozilla's store, as PEM: what is found in each form.
fn dropped() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/inputs/check");
    let text = std::fs::read_to_string(folder.join("29_dropped.pem")).unwrap();
    let end = "-----END CERTIFICATE-----\n";
    text[..text.find(end).unwrap() + end.len()].to_owned()
}

/// Another root, in DER.
fn other() -> Vec<u8> {
    webpki_root_certs::TLS_SERVER_ROOT_CERTS[0].to_vec()
}

/// The codes of the findings in `content`, also with a walk that reads only some files.
fn codes(file: &str, content: &[u8]) -> Vec<&'static str> {
    assert!(check::may_matter(content), "{file} is passed over");
    report(file, content).findings().iter().map(|finding| finding.code).collect()
}

fn report(file: &str, content: &[u8]) -> check::FileReport {
    let store = certgrab::Store::mozilla();
    let at = "2026-11-26".parse().unwrap();
    let reading = check::read(Path::new(file), content);
    let found = check::lint(&reading, &check::Knowledge { store: &store, at, horizon_days: 90 });
    check::FileReport::of(reading, found)
}

/// Each line of `pem` with `margin` before it.
fn indented(pem: &str, margin: &str) -> String {
    pem.lines().map(|line| format!("{margin}{line}\n")).collect()
}

#[test]
fn a_heredoc_is_read_without_its_margin() {
    let pem = dropped();
    let forms = [
        ("ca.rb", format!("CA = <<~PEM\n{}PEM\n", indented(&pem, "  "))),
        ("ca.tf", format!("ca = <<-EOT\n{}  EOT\n", indented(&pem, "    "))),
        ("ca.sh", format!("cat > ca.pem <<-EOF\n{}\tEOF\n", indented(&pem, "\t"))),
        ("ca.sh", format!("cat > ca.pem <<EOF\n{pem}EOF\n")),
        ("ca.php", format!("<?php\n$ca = <<<PEM\n{}    PEM;\n", indented(&pem, "    "))),
    ];
    for (file, content) in forms {
        assert_eq!(codes(file, content.as_bytes()), ["root-dropped"], "{content}");
    }
    // The margin stays with blanks in a shell, with anything in `<<-` of Ruby, and in a heredoc without an end.
    let kept = [
        ("ca.sh", format!("cat > ca.pem <<-EOF\n{}EOF\n", indented(&pem, "  "))),
        ("ca.rb", format!("CA = <<-PEM\n{}  PEM\n", indented(&pem, "  "))),
        ("ca.rb", format!("CA = <<~PEM\n{}", indented(&pem, "  "))),
    ];
    for (file, content) in kept {
        assert_eq!(codes(file, content.as_bytes()), ["pem-indented", "root-dropped"], "{content}");
    }
}

#[test]
fn java_properties_are_read_with_escapes_and_continued_lines() {
    let pem = dropped();
    let lines: Vec<_> = pem.lines().collect();
    let forms = [
        format!("# note\n\nmqtt.ca = {}\\n\nport=8883\n", lines.join("\\n")),
        format!("mqtt.ca: {}\\n\n", lines.join("\\n\\\n    ")),
    ];
    for content in forms {
        assert_eq!(codes("app.properties", content.as_bytes()), ["root-dropped"], "{content}");
    }
    let found = report("app.properties", format!("a=b\nca={}\\n\n", lines.join("\\n")).as_bytes());
    assert_eq!(found.findings()[0].place.line, 2);
    // A double backslash is one in the value.
    let twice = format!("ca={}\\\\n\n", lines.join("\\\\n"));
    let found = codes("app.properties", twice.as_bytes());
    assert!(found.contains(&"pem-literal-newline"), "{found:?}");
}

#[test]
fn javascript_templates_have_escapes_and_go_raw_strings_do_not() {
    let escaped = dropped().replace('\n', "\\n");
    for (file, content) in [
        ("ca.js", format!("const ca = `{escaped}`;\n")),
        ("ca.ts", format!("const ca = `\\\n{}`;\n", dropped())),
        ("ca.js", format!("const ca = `{}`;\n", dropped())),
        ("ca.go", format!("var ca = `{}`\n", dropped())),
    ] {
        assert_eq!(codes(file, content.as_bytes()), ["root-dropped"], "{content}");
    }
    let of_go = codes("ca.go", format!("var ca = `{escaped}`\n").as_bytes());
    assert!(of_go.contains(&"pem-literal-newline"), "{of_go:?}");
}

#[test]
fn adjacent_objective_c_strings_are_joined() {
    let pem = dropped();
    let lines: Vec<_> = pem.lines().map(|line| format!("@\"{line}\\n\"")).collect();
    let content = format!("NSString *ca = {};\n", lines.join("\n"));
    assert_eq!(codes("Certificates.m", content.as_bytes()), ["root-dropped"]);
}

/// A firmware image with a PEM and a DER certificate, and their offsets.
fn firmware() -> (Vec<u8>, [usize; 2]) {
    let mut image = b"\x7fELF".to_vec();
    image.extend((0..=255).cycle().take(2_100));
    let pem = image.len();
    image.extend(dropped().as_bytes());
    image.extend([0; 40]);
    let der = image.len();
    image.extend(other());
    image.extend([0; 700]);
    (image, [pem, der])
}

#[test]
fn pem_and_der_in_a_firmware_image_have_offsets() {
    let (image, places) = firmware();
    for name in ["firmware.elf", "firmware.bin"] {
        let found = report(name, &image);
        let mut offsets: Vec<_> = found.anchors.iter().map(|one| one.place.offset).collect();
        offsets.sort_unstable();
        assert_eq!(offsets, places.map(Some), "{name}");
        assert_eq!(codes(name, &image), ["root-dropped"]);
        assert_eq!(found.findings()[0].place.to_string(), format!("+{:#x}", places[0]));
    }
}

/// The payload bytes of a UF2 block.
const UF2_PAYLOAD: usize = 256;

/// `image` in UF2.
pub(crate) fn uf2(image: &[u8]) -> Vec<u8> {
    let mut uf2 = Vec::new();
    for (number, piece) in image.chunks(UF2_PAYLOAD).enumerate() {
        let count = image.len().div_ceil(UF2_PAYLOAD);
        let header = [
            0x0a32_4655_u32,
            0x9e5d_5157,
            0x2000,
            0x1000_0000 + (number * UF2_PAYLOAD) as u32,
            UF2_PAYLOAD as u32,
            number as u32,
            count as u32,
            0xe48b_ff56,
        ];
        uf2.extend(header.iter().flat_map(|word| word.to_le_bytes()));
        let end = uf2.len() + 476;
        uf2.extend(piece);
        uf2.resize(end, 0);
        uf2.extend(0x0ab1_6f30_u32.to_le_bytes());
    }
    uf2
}

#[test]
fn uf2_firmware_is_read_across_its_blocks() {
    let (image, places) = firmware();
    let uf2 = uf2(&image);
    let found = report("firmware.uf2", &uf2);
    let mut offsets: Vec<_> = found.anchors.iter().map(|one| one.place.offset).collect();
    offsets.sort_unstable();
    let in_file = places.map(|at| Some(at / UF2_PAYLOAD * 512 + 32 + at % UF2_PAYLOAD));
    assert_eq!(offsets, in_file);
    assert_eq!(codes("firmware.uf2", &uf2), ["root-dropped"]);
}

#[test]
fn a_certificate_without_its_begin_line_is_an_error() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let other = Pki::root("Other Root").leaf("other.test");
    let whole = pem_of(std::slice::from_ref(other.root_der()));
    let cut = pem_of(std::slice::from_ref(pki.root_der()));
    let cut = cut.replace("-----BEGIN CERTIFICATE-----\n", "");
    let header: String = cut.lines().map(|line| format!("  \"{line}\\n\"\n")).collect();
    let header = format!("static const char ca[] =\n{header};\n");
    let search = "char *end = strstr(text, \"-----END CERTIFICATE-----\");\n".to_owned();
    for (name, text, code) in [
        ("ca.pem", cut.clone(), 1),
        ("ca.h", header, 1),
        ("ca.pem", format!("{whole}{cut}"), 5),
        ("ca.pem", format!("{cut}{whole}"), 5),
        ("ca.pem", whole.clone(), 0),
        ("find.c", format!("{search}{search}"), 0),
    ] {
        std::fs::write(pki.file(name), &text).unwrap();
        let run = command().args(["check", "--offline", "--quiet"]).args([pki.file(name)]);
        let outcome = run.ends();
        let said = outcome.out();
        let has_code = said.contains("[pem-damaged]") || said.contains("[pem-unreadable]");
        assert_eq!(has_code, code > 0, "{text}: {said}");
        assert!(code == 0 || outcome.code() == code, "{code}: {text}: {said}");
        assert!(code != 1 || said.contains("the PEM block has no BEGIN line"), "{said}");
    }
}

#[test]
fn boundaries_that_share_dashes_are_a_damaged_block() {
    for shared in [
        "-----BEGIN CERTIFICATE-----BEGIN CERTIFICATE-----\n",
        "-----BEGIN PKCS7-----BEGIN CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----BEGIN CERTIFICATE-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----END CERTIFICATE-----END CERTIFICATE-----BEGIN CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----BEGIN CERTIFICATE-----BEGIN ",
    ] {
        for (file, content) in [
            ("ca.pem", shared.to_owned()),
            ("ca.h", format!("const char ca[] = R\"({shared})\";\n")),
        ] {
            assert!(codes(file, content.as_bytes()).contains(&"pem-damaged"), "{content}");
        }
    }
}

#[test]
fn an_unreadable_certificate_in_an_image_has_its_offset() {
    let (mut image, _) = firmware();
    assert_eq!(codes("firmware.bin", &image), ["root-dropped"]);
    // Half of a certificate, followed by other bytes.
    let half = image.len();
    image.extend(&other()[..other().len() / 2]);
    image.extend([0x55; 300]);
    let found = report("firmware.bin", &image);
    let damaged: Vec<_> =
        found.findings().iter().filter(|finding| finding.code == "der-damaged").collect();
    assert_eq!(damaged.len(), 1, "{:?}", found.findings());
    assert_eq!(damaged[0].place.offset, Some(half));
    assert_eq!(damaged[0].severity, check::Severity::Warning);
    // A version and a number alone are not a certificate.
    let mut image = firmware().0;
    image.extend(b"\x30\x82\x01\x30\xa0\x03\x02\x01\x02\x02\x01\x01");
    assert_eq!(codes("firmware.bin", &image), ["root-dropped"]);
}

#[test]
fn a_bearssl_anchor_without_the_ca_flag_is_an_error() {
    let own = Pki::root("Plant Root").leaf("plc.test").root_der().clone();
    let roots = [other(), own.to_vec()];
    let roots = roots.map(|der| certgrab::Certificate::from_der(&der).unwrap());
    let found = |marked: &str| {
        let anchors = left_roots::anchors_of_bearssl(&roots);
        let entry = |root: usize| {
            let key = "{ BR_KEYTYPE_RSA, { .rsa = { 0 } } }";
            format!(
                "{{ {{ (unsigned char *)TA{root}_DN, sizeof TA{root}_DN }}, {marked}, {key} }},\n"
            )
        };
        let keys = anchors.split("static const br_x509_trust_anchor").next().unwrap();
        let table =
            format!("static const br_x509_trust_anchor TAs[2] = {{\n{}{}}};\n", entry(0), entry(1));
        let text = format!("{keys}{table}");
        let found = report("tas.h", text.as_bytes());
        let found = found.findings().iter().filter(|finding| finding.code == "not-ca");
        found.map(|finding| (finding.severity, finding.message.clone())).collect::<Vec<_>>()
    };
    assert!(found("BR_X509_TA_CA").is_empty());
    let [(public, _), (private, message)] = &found("0")[..] else { panic!("{:?}", found("0")) };
    assert_eq!((public, private), (&check::Severity::Error, &check::Severity::Warning));
    let expected = "`Plant Root` does not have the flag `BR_X509_TA_CA`: BearSSL accepts it as the server's own \
                    certificate, not as the CA that issued it";
    assert_eq!(message, expected);
}

/// `pem` with `before`, `between` and `after` around its lines.
fn joined(pem: &str, before: &str, between: &str, after: &str) -> String {
    let lines: Vec<_> = pem.lines().collect();
    format!("{before}{}{after}\n", lines.join(between))
}

#[test]
fn blocks_joined_line_by_line_are_read_in_every_language() {
    let pem = dropped();
    let of = |before: &str, between: &str, after: &str| joined(&pem, before, between, after);
    let forms = [
        ("ca.vb", of("Const Ca As String = _\n \"", "\" & vbLf & _\n \"", "\" & vbLf")),
        ("ca.bas", of("Public Const CA = \"", "\" & vbCrLf & _\n  \"", "\"")),
        ("ca.vb", of("s = \"", "\" & vbLf\ns = s & \"", "\" & vbLf")),
        ("ca.zig", of("const ca =\n    \\\\", "\n    \\\\", "\n;")),
        ("Ca.hs", of("ca = \"", "\\n\\\n   \\", "\\n\"")),
        ("Ca.hs", of("ca = unlines\n  [ \"", "\"\n  , \"", "\" ]")),
        ("ca.ml", of("let ca = \"", "\\n\\\n  ", "\\n\"")),
        ("ca.fs", of("let ca = \"", "\\n\\\n  ", "\\n\"")),
        ("ca.ml", of("let ca = \"", "\\n\" ^\n  \"", "\\n\"")),
        ("ca.pas", of("const CA = '", "' + #13#10 +\n  '", "' + #13#10;")),
        ("ca.pas", of("const CA = '", "' + sLineBreak +\n  '", "';")),
        ("ca.sql", of("v := '", "' || chr(10) || '", "';")),
        ("ca.lua", of("local ca = \"", "\\n\" ..\n  \"", "\\n\"")),
        ("ca.lua", of("local ca = \"", "\\n\\z\n  ", "\\n\"")),
        ("ca.lua", of("local ca = \"", "\\\n", "\"")),
        ("ca.pl", of("my $ca = \"", "\\n\" .\n  \"", "\\n\";")),
        ("ca.php", of("<?php\n$ca = \"", "\\n\" .\n  \"", "\\n\";")),
        ("ca.ex", of("@ca \"", "\\n\" <>\n  \"", "\\n\"")),
        ("ca.nim", of("const ca = \"", "\\n\" &\n  \"", "\\n\"")),
        ("Ca.cs", of("const string Ca = \"", "\" + Environment.NewLine +\n \"", "\";")),
        ("Ca.java", of("String CA = \"", "\" + System.lineSeparator() +\n \"", "\";")),
        ("ca.ps1", of("$ca = \"", "`n", "`n\"")),
        ("ca.ps1", of("$ca = @(\n\"", "\",\n\"", "\"\n) -join \"`n\"")),
        ("ca.sh", of("CA=$'", "\\n", "\\n'")),
        ("ca.sh", of("printf \"", "\\n", "\\n\" > ca.pem")),
        ("ca.sh", of("echo -e \"", "\\n", "\" > ca.pem")),
        ("ca.sh", of("printf '%s\\n' '", "' '", "' > ca.pem")),
        ("ca.sh", of("echo \"", "\" >> ca.pem\necho \"", "\" >> ca.pem")),
        ("ca.bat", of("@echo off\necho ", ">>ca.pem\necho ", ">>ca.pem")),
        ("ca.nsi", of("FileWrite $0 \"", "$\\n\"\nFileWrite $0 \"", "$\\n\"")),
        ("ca.xml", of("<ca>", "&#10;", "</ca>")),
        ("ca.adb", of("CA : String := \"", "\" & ASCII.LF &\n \"", "\";")),
        ("ca.S", of("ca:\n .ascii \"", "\\n\"\n .ascii \"", "\\n\"\n .byte 0")),
        ("ca.nix", of("{ ca = ''\n    ", "\n    ", "\n  ''; }")),
        ("ca.jsonnet", of("{ ca: |||\n    ", "\n    ", "\n  |||}")),
        ("ca.cue", of("ca: \"\"\"\n\t", "\n\t", "\n\t\"\"\"")),
        ("ca.pas", of("const CA = '''\n    ", "\n    ", "\n    ''';")),
        (
            "ca.ino",
            of("String ca = \"\";\nvoid f() {\nca += F(\"", "\\n\");\nca += F(\"", "\\n\"); }"),
        ),
        (
            "ca.ino",
            of("char ca[4096];\nvoid f() {\nstrcpy(ca, \"", "\\n\");\nstrcat(ca, \"", "\\n\"); }"),
        ),
    ];
    for (file, content) in forms {
        assert_eq!(codes(file, content.as_bytes()), ["root-dropped"], "{file}: {content}");
        let found = report(file, content.as_bytes());
        let line = content.lines().position(|line| line.contains("BEGIN")).unwrap() + 1;
        assert_eq!(found.findings()[0].place.line, line, "{file}: {content}");
    }
    // Two blocks that continue each other are read together.
    let twice = format!("{pem}{pem}");
    let both = joined(&twice, "ca = \"", "\" & vbLf & _\n \"", "\"");
    assert_eq!(report("ca.vb", both.as_bytes()).anchors.len(), 2);
}

#[test]
fn a_damaged_block_is_found_in_every_language_but_not_in_comments() {
    let pem = dropped();
    let cut = pem.replacen("MII", "MI", 1);
    let of = |pem: &str, before: &str, between: &str| joined(pem, before, between, "\"");
    for (file, content) in [
        ("ca.vb", of(&cut, "ca = \"", "\" & vbLf & _\n \"")),
        ("ca.zig", joined(&cut, "const ca =\n  \\\\", "\n  \\\\", "\n;")),
        // Lines that all end in the same mistake: nothing in C reads them.
        ("ca.h", of(&pem, "const char ca[] = \"", "\n\"")),
        ("ca.pem", of(&pem, "\"", "\" \"")),
        ("ca.sh", of(&pem, "CA=\"", "\\n")),
        ("ca.ex", format!("@ca ~S\"\"\"\n{}\"\"\"\n", indented(&pem, "  "))),
    ] {
        let found = codes(file, content.as_bytes());
        assert!(found.iter().any(|code| code.starts_with("pem-")), "{file}: {content}: {found:?}");
    }
    for (file, content) in [
        ("ca.vb", joined(&pem, "' ", "\n' ", "")),
        ("ca.hs", joined(&pem, "-- ", "\n-- ", "")),
        ("ca.lua", joined(&pem, "-- ", "\n-- ", "")),
    ] {
        assert!(report(file, content.as_bytes()).anchors.is_empty(), "{content}");
    }
}

#[test]
fn a_block_within_a_text_is_not_judged_as_a_file() {
    let pem = pem_of(&[other().into()]);
    let pem = pem.trim_end();
    for (file, content) in [
        ("ca.ml", format!("let ca = {{|{pem}|}}\n")),
        ("ca.ml", format!("let ca = {{pem|\n{pem}|pem}}\n")),
        ("ca.tcl", format!("set ca {{{pem}\n}}\n")),
        ("ca.hs", format!("ca = [r|{pem}|]\n")),
        ("ca.pl", format!("my $ca = q{{{pem}\n}};\n")),
        ("ca.rb", format!("CA = %q({pem})\n")),
        ("ca.xml", format!("<ca>{pem}</ca>\n")),
        ("notes.md", format!("```cpp\nconst char* ca = R\"EOF({pem})EOF\";\n```\n")),
    ] {
        assert!(codes(file, content.as_bytes()).is_empty(), "{file}: {content}");
    }
    // A file of certificates is read unchanged.
    let before = format!("ca {pem}\n");
    for file in ["ca.pem", "ca.crt", "ca"] {
        assert_eq!(codes(file, before.as_bytes()), ["pem-unreadable"], "{file}");
    }
}

#[test]
fn a_missing_final_line_break_is_found_only_in_bearssls_languages() {
    let text = pem_of(&[other().into()]).trim_end().replace('\n', "\\n");
    for file in ["ca.js", "ca.kt", "ca.go", "Ca.java", "Ca.cs", "ca.json", "ca.swift", "ca.php"] {
        assert!(codes(file, format!("x = \"{text}\"").as_bytes()).is_empty(), "{file}");
    }
    let of_c = format!("const char ca[] = \"{text}\";\n");
    assert_eq!(codes("ca.h", of_c.as_bytes()), ["pem-no-newline"]);
}

#[test]
fn a_bearssl_anchor_that_is_the_leaf_or_expired_is_reported() {
    let pki = Pki::root("Plant Root").intermediate("Plant Issuing").leaf("plc.test");
    let server = Server::of(&pki).sending(pki.path()).start();
    let target = format!("plc.test:{}", server.port());
    let connect = format!("--connect=127.0.0.1:{}", server.port());
    let found = |index: usize, at: &str| {
        let certificate = certgrab::Certificate::from_der(&pki.path()[index]).unwrap();
        let anchors = left_roots::anchors_of_bearssl(&[certificate]);
        std::fs::write(pki.file("anchors.h"), anchors).unwrap();
        let run = command().args(["check", "--at", at, &connect]).trusting(pki.root_file());
        run.args([pki.file("anchors.h")]).args([&target]).ends().out()
    };
    let now = "2026-11-26";
    assert!(
        found(0, now).contains("is a leaf certificate, issued by `Plant Issuing`"),
        "{}",
        found(0, now)
    );
    assert!(
        found(1, now).contains("is an intermediate, issued by `Plant Root`"),
        "{}",
        found(1, now)
    );
    assert!(!found(2, now).contains("warning"), "{}", found(2, now));
    let late = found(2, "2051-01-01");
    assert!(late.contains("`Plant Root` expired on 2050-01-01"), "{late}");
}

#[test]
fn a_changed_array_is_found_whatever_the_file_is_called() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let target = format!("plc.test:{}", server.port());
    let connect = format!("--connect=127.0.0.1:{}", server.port());
    let header = command()
        .args([&target, &connect, "--emit", "mbedtls"])
        .trusting(pki.root_file())
        .succeeds()
        .out();
    let check = |file: &str, content: &str| {
        std::fs::write(pki.file(file), content).unwrap();
        let run = command().args(["check", &connect]).trusting(pki.root_file());
        run.args([pki.file(file)]).args([&target])
    };
    // An octet of the subject.
    let mut octets = header.match_indices(", 0x").map(|(place, _)| place + ", 0x".len());
    let digit = octets.nth(110).expect("an array");
    let other = if header[digit..].starts_with('0') { "1" } else { "0" };
    let changed = format!("{}{other}{}", &header[..digit], &header[digit + 1..]);
    for file in ["ca.h", "ca.h.in", "ca.c++", "ca.tpp", "ca.S", "ca.txt", "ca.dat", "ca"] {
        check(file, &header).succeeds();
        let run = check(file, &changed).fails_with(1);
        assert!(run.out().contains("untrusted-root"), "{file}: {}", run.out());
    }
    // Without its certificate, the file names the roots in its comment, which does not count.
    let array = header.find("= {").expect("an array")..header.rfind("};").expect("its end");
    for lost in [header.replacen("0x30", "0x31", 1), header.replace(&header[array], "= { ")] {
        let run = check("ca.h", &lost).fails_with(1);
        assert!(run.out().contains("no certificate found"), "{}", run.out());
    }
    let run = check("notes.h", "// anchor is in certs/ca.pem\n").fails_with(1);
    assert!(run.out().contains("no certificate found"), "{}", run.out());
    let run = check("ca.c", "load(\"certs/ca.pem\");\n").ends();
    assert!(run.out().contains("the path `certs/ca.pem`"), "{}", run.out());
}
