//! `--emit html`: the report for people, one HTML file.

use std::{fs, process::Command};

use crate::support::{Pki, Server, certgrab, grab, real};

/// The report on a chain of the repository.
fn report(arguments: &[&str]) -> String {
    let plant = ["broker.example:8883", "--from", "tests/data/plant/chain.pem", "--roots"];
    let terms = ["tests/data/plant/root.pem", "--at", "2026-11-22"];
    certgrab().args(plant).args(terms).args(arguments).succeeds().out()
}

#[test]
fn the_html_report_has_all_its_parts() {
    let page = report(&["--emit", "html"]);
    assert!(page.starts_with("<!doctype html>\n"), "{page}");
    for part in [
        "<h1>The trust anchor for broker.example:8883</h1>",
        "<strong class=\"good\">CN=Plant Root CA,O=Example Plant</strong>",
        "<h2>From the root to the server</h2>",
        "<h2>Validity</h2>",
        "<td class=\"dates\">2024-01-01 to 2049-01-01<td><span class=\"bar\"",
        "<h2>What each TLS stack does with this chain and anchor</h2>",
        "<td class=\"connects\">connects<td>",
        "<summary><code>arduino</code> for ",
        "static const char BROKER_EXAMPLE_ROOT_CA[]",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let constant = report(&["--emit", "rust"]);
    let shown = constant.replace('&', "&amp;").replace('"', "&quot;");
    let shown = shown.replace('<', "&lt;").replace('>', "&gt;");
    assert!(page.contains(&shown), "the constant of `--emit rust`: {page}");
    // Every run writes the same page, and the user's formats come first.
    assert_eq!(page, report(&["--emit", "html"]));
    let folder = tempfile::TempDir::new().unwrap();
    let file = |name: &str| format!("{}/{name}", folder.path().display());
    let emit = [format!("html={}", file("r.html")), format!("bearssl={}", file("ca.h"))];
    report(&["--emit", &emit[0], "--emit", &emit[1]]);
    let page = fs::read_to_string(file("r.html")).unwrap();
    let at = |format: &str| page.find(&format!("<code>{format}</code> for "));
    assert!(at("bearssl").is_some() && at("bearssl") < at("arduino"), "{page}");
}

#[test]
fn the_html_report_loads_nothing_and_runs_one_hashed_script() {
    let page = report(&["--emit", "html"]);
    for foreign in ["src=", "href=", "@import", "url(", "http-equiv=\"refresh\""] {
        assert!(!page.contains(foreign), "{foreign}");
    }
    assert_eq!(page.matches("<script>").count(), 1);
    let script = page.split_once("<script>").unwrap().1.split_once("</script>").unwrap().0;
    let hash = ring::digest::digest(&ring::digest::SHA256, script.as_bytes());
    let hash = pem::Pem::new("", hash.as_ref()).to_string();
    let hash = hash.lines().nth(1).expect("the digest in Base64");
    assert!(page.contains(&format!("script-src 'sha256-{hash}'")), "{page}");
}

#[test]
fn names_in_a_certificate_are_text_in_the_html_report() {
    let hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";
    let pki = Pki::root(hostile).leaf("plc.test");
    let server = Server::presenting(&pki);
    let run = grab(&server).trusting(pki.root_file()).args(["--emit", "html"]);
    let page = run.succeeds().out();
    assert_eq!(page.matches("<script>").count(), 1, "{page}");
    assert!(!page.contains("<img"), "{page}");
    assert!(page.contains("&lt;script"), "{page}");
}

#[test]
fn no_html_report_is_written_without_an_anchor() {
    let plant = ["broker.example:8883", "--from", "tests/data/plant/chain.pem"];
    certgrab().args(plant).args(["--emit", "html"]).fails_with(1).stdout("");
}

#[test]
fn the_page_of_a_list_counts_hosts_per_anchor() {
    let early = Pki::root_changed("Early Root", |root| {
        root.not_after = rcgen::date_time_ymd(2035, 1, 1);
    });
    let (early, late) = (early.leaf("plc.test"), Pki::root("Late Root").leaf("pump.test"));
    let (one, other) = (Server::presenting(&early), Server::presenting(&late));
    let list = format!(
        "{}:{port} connect={}\n{}:{} connect={}\n{}:{port} connect={}\n",
        one.name(),
        one.address(),
        other.name(),
        other.port(),
        other.address(),
        one.name(),
        one.address(),
        port = one.port(),
    );
    let folder = tempfile::TempDir::new().unwrap();
    let page = folder.path().join("set.html");
    let emit = format!("html={}", page.display());
    let roots = [early.root_file(), late.root_file()];
    let run = certgrab().args(["--hosts", "-", "--at", "2030-01-01", "--emit", &emit]);
    let run = roots.iter().fold(run, |run, root| run.args(["--roots".as_ref(), root.as_os_str()]));
    run.reading(list).succeeds();
    let page = fs::read_to_string(page).unwrap();
    for part in [
        "<h1>The trust anchors for a list of servers</h1>",
        "<p>2 certificates for 3 hosts; as of 2030-01-01.</p>",
        "<th>certificate<th>lasts until<th>hosts<th>timeline",
        "<td><span class=\"label\">lasts until</span><time>2035-01-01</time>\
         <td><span class=\"label\">hosts</span>2<td><span class=\"bar\"",
        "<td><span class=\"label\">lasts until</span><time>2050-01-01</time>\
         <td><span class=\"label\">hosts</span>1<td><span class=\"bar\"",
        "<summary>2 hosts of <code>CN=Early Root</code></summary>",
        "<summary>CN=Late Root in PEM</summary>\n<pre>-----BEGIN CERTIFICATE-----",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let at = |name: &str| page.find(&format!("<tr><td>CN={name} Root"));
    assert!(at("Early").is_some() && at("Early") < at("Late"), "{page}");
    assert!(page.contains(&format!("<li>plc.test:{}", one.port())), "{page}");
}

#[test]
fn surveys_and_converted_files_have_a_page() {
    let hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";
    let pki = Pki::root(hostile).leaf("plc.test");
    let server = Server::presenting(&pki);
    let survey = grab(&server).args(["--survey", "--emit", "html"]);
    let survey = survey.trusting(pki.root_file()).succeeds().out();
    let title = format!("The trust anchors for every chain of plc.test:{}", server.port());
    assert!(survey.contains(&format!("<h1>{title}</h1>")), "{survey}");
    let run = certgrab().args(["convert", "--emit", "html"]).args([pki.root_file()]);
    let converted = run.succeeds().out();
    assert!(converted.contains("<p>1 certificate; as of "), "{converted}");
    assert!(!converted.contains("<th>hosts"), "{converted}");
    for page in [survey, converted] {
        assert_eq!(page.matches("<script>").count(), 1, "{page}");
        assert!(!page.contains("<img") && page.contains("&lt;script"), "{page}");
    }
}

#[test]
fn chromium_shows_the_report_with_a_button_per_constant() {
    if !real::program("chromium") {
        return;
    }
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("report.html");
    fs::write(&file, report(&["--emit", "html"])).unwrap();
    let profile = format!("--user-data-dir={}", folder.path().join("profile").display());
    let output = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", &profile])
        .arg(format!("file://{}", file.display()))
        .output()
        .unwrap();
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    let constants = shown.matches("<pre>").count();
    assert!(constants >= 4, "{shown}");
    assert_eq!(
        shown.matches("<button type=\"button\">Copy</button>").count(),
        constants,
        "{shown}"
    );
}
