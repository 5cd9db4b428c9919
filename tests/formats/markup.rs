//! The formats in XML, JSON, YAML and similar languages, read by independent parsers.

use std::process::Command;

use super::{
    bench::{self, folder, succeed, write},
    hostile,
};
use crate::support::real;

fn two() -> certgrab::internals::output::bundle::Bundle {
    let [x1, x2] = bench::isrg();
    bench::bundle("m1.example.com", 8883, vec![x1, x2])
}

#[test]
fn no_hostile_subject_breaks_xml() {
    if !real::program("xmllint") {
        return;
    }
    let folder = folder();
    for format in ["android", "ios"] {
        for bundle in [two(), hostile::bundle()] {
            let file = write(folder.path(), "file.xml", bench::text(&bundle, format));
            succeed(Command::new("xmllint").args(["--noout", "--nonet"]).arg(file));
        }
    }
}

#[test]
fn android_reads_the_anchors_and_the_pins_of_its_domain() {
    if !real::program("xmllint") {
        return;
    }
    let folder = folder();
    let file = write(folder.path(), "file.xml", bench::text(&two(), "android"));
    let value = |path: &str| {
        let mut xmllint = Command::new("xmllint");
        succeed(xmllint.args(["--xpath", path]).arg(&file)).trim().to_owned()
    };
    let config = "/network-security-config/domain-config";
    assert_eq!(value(&format!("string({config}/domain)")), "m1.example.com");
    assert_eq!(value(&format!("string({config}/domain/@includeSubdomains)")), "false");
    let source = format!("string({config}/trust-anchors/certificates/@src)");
    assert_eq!(value(&source), "@raw/root_ca");
    assert_eq!(value(&format!("string({config}/pin-set/@expiration)")), "2035-06-04");
    let pins = bench::text(&two(), "spki-pin");
    for (number, pin) in pins.lines().enumerate() {
        let path = format!("string({config}/pin-set/pin[{}][@digest='SHA-256'])", number + 1);
        assert_eq!(value(&path), pin);
    }
}

#[test]
fn the_property_list_of_ios_has_the_pins_of_its_domain() {
    if !real::program("python3") {
        return;
    }
    let folder = folder();
    write(folder.path(), "file.plist", bench::text(&two(), "ios"));
    let script = "import plistlib\n\
                  read = plistlib.load(open('file.plist', 'rb'))\n\
                  domain = read['NSAppTransportSecurity']['NSPinnedDomains']['m1.example.com']\n\
                  assert domain['NSIncludesSubdomains'] is False\n\
                  for one in domain['NSPinnedCAIdentities']: print(one['SPKI-SHA256-BASE64'])\n";
    let mut python = Command::new("python3");
    let printed = succeed(python.current_dir(folder.path()).args(["-c", script]));
    assert_eq!(printed, bench::text(&two(), "spki-pin"));
}

#[test]
fn json_has_the_pem_in_one_string_on_one_line() {
    let pem = bench::text(&two(), "pem");
    let line = bench::text(&two(), "json-line");
    assert_eq!(serde_json::from_str::<String>(&line).unwrap(), pem);
    let shelly = bench::text(&two(), "shelly");
    let read: serde_json::Value = serde_json::from_str(&shelly).unwrap();
    let params = serde_json::json!({ "data": pem, "append": false });
    let expected = serde_json::json!({ "id": 1, "method": "Shelly.PutUserCA", "params": params });
    assert_eq!(read, expected);
    assert!(line.lines().count() == 1 && shelly.lines().count() == 1);
}

#[test]
fn kubernetes_reads_the_pem_in_both_objects() {
    if !real::program("python3") {
        return;
    }
    let folder = folder();
    for bundle in [two(), hostile::bundle()] {
        write(folder.path(), "k8s.yaml", bench::text(&bundle, "k8s"));
        write(folder.path(), "pem", bench::text(&bundle, "pem"));
        let script = "
import base64, sys
try:
    import yaml
except ImportError:
    sys.exit('no PyYAML')
pem = open('pem').read()
one, other = yaml.safe_load_all(open('k8s.yaml', encoding='utf-8'))
assert one['kind'] == 'ConfigMap' and one['data'] == {'ca.crt': pem}
assert one['metadata'] == other['metadata'] == {'name': 'root-ca'}
assert other['kind'] == 'Secret' and list(other['data']) == ['ca.crt']
assert base64.b64decode(other['data']['ca.crt'], validate=True).decode() == pem
";
        let mut python = Command::new("python3");
        let read = bench::run(python.current_dir(folder.path()).args(["-c", script]));
        let said = String::from_utf8_lossy(&read.stderr);
        if said.contains("no PyYAML") {
            real::skip("PyYAML is not installed");
            return;
        }
        assert!(read.status.success(), "{said}");
    }
}

#[test]
fn nvs_reads_the_pem_as_one_string() {
    if !real::program("python3") {
        return;
    }
    let folder = folder();
    let [_, x2] = bench::isrg();
    let bundle = bench::bundle("m1.example.com", 8883, vec![x2]);
    write(folder.path(), "nvs.csv", bench::text(&bundle, "nvs"));
    // nvs_partition_gen reads its rows in this way.
    let script = "import csv\n\
                  rows = list(csv.DictReader(open('nvs.csv', newline=''), delimiter=','))\n\
                  assert [row['type'] for row in rows] == ['namespace', 'data'], rows\n\
                  assert rows[1]['key'] == 'ca' and rows[1]['encoding'] == 'string', rows\n\
                  print(rows[1]['value'], end='')\n";
    let mut python = Command::new("python3");
    let printed = succeed(python.current_dir(folder.path()).args(["-c", script]));
    assert_eq!(printed, bench::text(&bundle, "pem"));
}

#[test]
fn esp_idfs_generator_puts_the_pem_in_a_partition() {
    if !real::program("python3") {
        return;
    }
    let module = "esp_idf_nvs_partition_gen";
    let probe = format!("import importlib.util as u; exit(u.find_spec('{module}') is None)");
    if !bench::run(Command::new("python3").args(["-c", &probe])).status.success() {
        return real::skip(module);
    }
    for root in bench::isrg() {
        let folder = folder();
        let bundle = bench::bundle("m1.example.com", 8883, vec![root]);
        write(folder.path(), "nvs.csv", bench::text(&bundle, "nvs"));
        let mut generator = Command::new("python3");
        generator.args(["-m", module, "generate", "nvs.csv", "nvs.bin", "0x4000"]);
        succeed(generator.current_dir(folder.path()));
        let partition = std::fs::read(folder.path().join("nvs.bin")).expect("a partition");
        let text = bench::text(&bundle, "pem") + "\0";
        assert_eq!(partition.len(), 0x4000);
        assert!(partition.windows(text.len()).any(|window| window == text.as_bytes()));
    }
}
