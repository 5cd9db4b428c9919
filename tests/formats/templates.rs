//! Templates of the user's own: what they can use, and what is said where they fail.

use certgrab::emit::{self, FILTERS, Identifier, VARIABLES};

use super::{
    bench::{self, folder, write},
    names::offline,
};

/// What `template` makes of a public root.
fn rendered(template: &str) -> Result<String, String> {
    let [_, x2] = bench::isrg();
    let bundle = bench::bundle("m1.example.com", 8883, vec![x2]);
    let name = Identifier::new("ROOT_CA").unwrap();
    emit::render_template(&bundle, "my.h", template, &name)
        .map(|bytes| String::from_utf8(bytes).unwrap())
        .map_err(|error| error.to_string())
}

#[test]
fn a_template_of_the_users_own_is_rendered_by_the_command() {
    let folder = folder();
    let source = "{% for certificate in certificates %}\n\
                  // `{{ certificate.subject | comment }}`\n\
                  {% endfor %}\n\
                  #define {{ name(\"URL\") }} \"mqtts://{{ host | literal }}:{{ port }}\"\n";
    let file = write(folder.path(), "my.h", source);
    let wanted = "// `CN=Plant Root CA,O=Example Plant`\n\
                  #define BROKER_EXAMPLE_ROOT_CA_URL \"mqtts://broker.example:8883\"\n";
    let file = file.to_str().unwrap();
    offline("broker.example:8883", &["--template", file]).succeeds().stdout(wanted);
    let out = folder.path().join("out.h");
    let both = format!("{file}={}", out.display());
    offline("broker.example:8883", &["--template", &both]).succeeds().stdout("");
    assert_eq!(std::fs::read_to_string(out).unwrap(), wanted);
}

#[test]
fn a_template_that_cannot_be_read_is_a_file_that_cannot_be_read() {
    let refusal = offline("broker.example", &["--template", "/nowhere/my.h"]).fails_with(4);
    assert!(refusal.err().contains("cannot read /nowhere/my.h"), "{}", refusal.err());
}

#[test]
fn a_value_from_outside_cannot_be_written_without_its_place() {
    let problem = "a value from outside needs a filter that names its place, such as `comment` or \
                   `literal`, before anything else is done to it";
    for words in [
        "host",
        "target",
        "certificates[0].subject",
        "certificates[0].source",
        "certificates[0].der",
        "\"x\" ~ host",
        "host | upper",
        "[host, port]",
        "host | string | replace(\"a\", \"b\")",
        "(\"x\" ~ host) | literal",
        "{\"a\": host}",
    ] {
        let said = rendered(&format!("fine\n{{{{ {words} }}}}\n")).unwrap_err();
        assert!(said.starts_with("template my.h, line 2, `"), "{words}: {said}");
        assert!(said.ends_with(problem), "{words}: {said}");
    }
}

#[test]
fn an_error_names_the_file_the_line_and_the_words() {
    for (template, wanted) in [
        ("a\nb\n{{ hots }}", "template my.h, line 3, `hots`: there is no such variable"),
        (
            "a\n{{ hots | literal }}",
            "template my.h, line 2, `hots | literal`: there is no such variable",
        ),
        (
            "{% for one in certificates %}\n{{ one.subjct | comment }}\n{% endfor %}",
            "template my.h, line 2, `one.subjct | comment`: there is no such variable",
        ),
        ("{{ host | litral }}", "template my.h, line 1, `litral`: filter litral is unknown"),
        (
            "{{ certificates[0].der | comment }}",
            "template my.h, line 1, `certificates[0].der | comment`: bytes are no text; try `rows` \
             or `base64`",
        ),
        (
            "{{ host | rows }}",
            "template my.h, line 1, `host | rows`: this filter takes bytes, such as `der`",
        ),
        (
            "\n{% for one in certificates %}\n",
            "template my.h, line 2, `%}`: unexpected end of input, expected end of block",
        ),
    ] {
        let said = rendered(template).unwrap_err();
        assert_eq!(said, wanted, "{template}");
    }
}

#[test]
fn every_listed_variable_is_there_and_those_from_outside_are_marked() {
    for (variable, what) in VARIABLES {
        let path = variable.replace("certificate.", "certificates[0].");
        // A key has either the numbers of RSA or a point: this root has none of RSA's.
        let plain = rendered(&format!("{{% if {path} %}}{{{{ {path} }}}}{{% endif %}}"));
        if what.ends_with("(outside)") {
            let is_absent = plain.as_deref() == Ok("");
            assert!(is_absent || plain.is_err(), "{variable} is written as it is");
        } else if *variable != "certificates" {
            plain.unwrap_or_else(|error| panic!("{variable}: {error}"));
        }
    }
}

#[test]
fn every_listed_filter_is_there() {
    for (filter, _) in FILTERS {
        let of_text = rendered(&format!("{{{{ host | {filter} }}}}"));
        let of_bytes = rendered(&format!("{{{{ certificates[0].der | {filter} }}}}"));
        assert!(of_text.is_ok() != of_bytes.is_ok(), "{filter}");
    }
}

#[test]
fn the_templates_of_the_repository_are_all_in_the_table() {
    let folder = bench::repository().join("templates/emit");
    let [x1, x2] = bench::isrg();
    let bundle = bench::bundle("m1.example.com", 8883, vec![x2, x1]);
    let name = Identifier::new("ROOT_CA").unwrap();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let file = path.file_name().unwrap().to_str().unwrap();
        let Some((format, _)) = file.rsplit_once('.') else { continue };
        if file == "README.md" {
            continue;
        }
        assert!(emit::format(format).is_some(), "no format is called {format}");
        // The same file as a template of the user's own: only the line that names the format
        // differs.
        let own =
            emit::render_template(&bundle, file, &std::fs::read_to_string(&path).unwrap(), &name)
                .unwrap();
        let own = String::from_utf8(own)
            .unwrap()
            .replace("--template FILE`", &format!("--emit {format}`"));
        if let Ok(built_in) = bench::try_bytes(&bundle, format) {
            assert_eq!(own, String::from_utf8(built_in).unwrap(), "{format}");
        }
    }
}
