//! The HTML of reports: one file that needs nothing else and can be read without scripts.

use std::fmt::Write as _;

use super::{checksum, xml::escaped};

/// The style of every report, light and dark, and on paper.
const STYLE: &str = "\
:root{color-scheme:light dark;--error:#b3261e;--warning:#8a5a00;--note:#3b5b8c;--good:#1b6e3c;--line:#8885;--box:#8882}\
@media(prefers-color-scheme:dark){:root{--error:#ff8a80;--warning:#ffc04d;--note:#9dbdf0;--good:#7fd8a0}}\
body{overflow-wrap:anywhere;font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}\
h1{font-size:1.5rem;overflow-wrap:anywhere}h2{font-size:1.1rem;margin-top:2rem;overflow-wrap:anywhere}\
table{border-collapse:collapse;width:100%}\
td,th{text-align:left;vertical-align:top;padding:.4rem .8rem .4rem 0;border-top:1px solid var(--line);overflow-wrap:anywhere}\
tr>th:first-child:has(+td){width:9rem}th::first-letter{text-transform:uppercase}\
code,pre{font-family:ui-monospace,monospace}pre{white-space:pre;overflow:auto;background:var(--box);padding:.8rem;font-size:.9rem}\
.error,.failed,.refuses{color:var(--error)}.warning,.by-default,.undecided,.unknown{color:var(--warning)}.note{color:var(--note)}\
.good,.connects{color:var(--good)}td.connects,td.refuses,td.unknown,td.word,th,time{white-space:nowrap;overflow-wrap:normal}.action{display:block;opacity:.8}\
.summary p{margin:.3rem 0}.summary p.below{margin-left:1.5rem}\
ul.tree{padding-left:0;list-style:none}ul.tree ul{padding-left:1.5rem;list-style:\"└ \"}small{display:block;opacity:.8}.label{display:none}\
.bar{position:relative;display:block;min-width:12rem;height:1.1rem;background:var(--box)}\
.bar i,.bar b,.bar s{position:absolute;top:0;bottom:0}.bar i{background:var(--note);opacity:.6}\
.bar b{width:2px;background:var(--error)}.bar s{width:3px;background:var(--warning)}\
.dates{white-space:nowrap}.dates small{white-space:normal}details{border-top:1px solid var(--line);padding:.4rem 0}summary{cursor:pointer}\
@media(max-width:40rem){body{margin:1rem auto}h1{font-size:1.25rem}pre{font-size:.75rem}.bar{min-width:0;margin:.3rem 0}\
table,tbody,tr,td,th{display:block}tr{border-top:1px solid var(--line);padding:.4rem 0}td,th{border:0;padding:0}tr:not(:has(td)){display:none}.label{display:inline}.label::after{content:\": \"}td.place,td.place+td{display:inline}td.place::after{content:\": \"}}\
@media print{pre{white-space:pre-wrap;overflow-wrap:anywhere}}";

/// The beginning of every report.
const BEGIN: &str = "<!doctype html>\n";

/// The tag that says that a report is in English.
pub(crate) const ENGLISH: &str = "<html lang=\"en\">";

/// The tag that says that a report is in Chinese.
pub(crate) const CHINESE: &str = "<html lang=\"zh-CN\">";

/// How every report ends.
const END: &str = "</body>\n</html>\n";

/// The beginning of the head up to the checksum, and its policy.
const HEAD: &str = "\n<head>\n<meta charset=\"utf-8\">\n<!-- Checksum: ";
const POLICY: &str = "\
<meta name=\"viewport\" content=\"width=device-width\">\n\
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'";

/// Whether `text` is a report that nobody changed.
pub(crate) fn is_page(text: &str) -> bool {
    text.starts_with(BEGIN) && checksum::holds(text) == Some(true)
}

/// A report with the title `title`, which is text, and the body `body`, which is HTML.
///
/// Only `script` may run, if the reader's browser runs scripts: the policy names its hash.
#[must_use]
pub(crate) fn page(title: &str, body: &str, script: &str) -> String {
    let policy = match script {
        "" => String::new(),
        script => {
            use base64::{Engine as _, engine::general_purpose::STANDARD};
            let hash = STANDARD.encode(hmac_sha256::Hash::hash(script.as_bytes()));
            format!("; script-src 'sha256-{hash}'")
        }
    };
    let script = match script {
        "" => String::new(),
        script => format!("<script>{script}</script>\n"),
    };
    checksum::sealed(format!(
        "{BEGIN}{ENGLISH}{HEAD}{} -->\n{POLICY}{policy}\">\n\
         <title>{}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{body}{script}{END}",
        checksum::EMPTY,
        escaped(title)
    ))
}

/// Text with what is between backquotes as code.
pub(crate) fn with_code(text: &str) -> String {
    let mut out = String::new();
    for (index, part) in text.split('`').enumerate() {
        let part = escaped(part);
        match index % 2 {
            0 => out.push_str(&part),
            _ => {
                let _ = write!(out, "<code>{part}</code>");
            }
        }
    }
    out
}
