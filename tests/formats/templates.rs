//! Users' templates: what they can use, and the messages when they fail.

use certgrab::internals::output::emit::{self, FILTERS, Identifier, VARIABLES};

use super::{
    bench::{self, folder, write},
    names::offline,
};

/// The error for a list where text is expected.
const LIST: &str = "expected text, found a list; write its items in a loop";

/// The output of `template` for a public root.
fn rendered(template: &str) -> Result<String, String> {
    let [_, x2] = bench::isrg();
    let bundle = bench::bundle("m1.example.com", 8883, vec![x2]);
    let name = Identifier::new("ROOT_CA").unwrap();
    emit::render_template(&bundle, "my.h", template, &name)
        .map(|bytes| String::from_utf8(bytes).unwrap())
        .map_err(|error| error.to_string())
}

#[test]
fn the_command_renders_a_users_template() {
    let folder = folder();
    let source = "{% for certificate in certificates %}\n\
                  // `{{ certificate.subject | comment }}`\n\
                  {% endfor %}\n\
                  #define {{ name(\"URL\") }} \"mqtts://{{ host | literal }}:{{ port }}\"\n";
    let file = write(folder.path(), "my.h", source);
    let expected = "// `CN=Plant Root CA,O=Example Plant`\n\
                  #define BROKER_EXAMPLE_ROOT_CA_URL \"mqtts://broker.example:8883\"\n";
    let file = file.to_str().unwrap();
    offline("broker.example:8883", &["--template", file]).succeeds().stdout(expected);
    let out = folder.path().join("out.h");
    let both = format!("{file}={}", out.display());
    offline("broker.example:8883", &["--template", &both]).succeeds().stdout("");
    assert_eq!(std::fs::read_to_string(out).unwrap(), expected);
}

#[test]
fn an_unreadable_template_is_an_unreadable_file() {
    let refusal = offline("broker.example", &["--template", "/nowhere/my.h"]).fails_with(4);
    assert!(refusal.err().contains("cannot read /nowhere/my.h"), "{}", refusal.err());
}

#[test]
fn a_value_from_outside_needs_an_escaping_filter() {
    let problem = "a value from outside must first pass through a filter such as `comment` or \
                   `literal`";
    for words in [
        "host",
        "target",
        "certificates[0].subject",
        "certificates[0].source",
        "certificates[0].der",
        "\"x\" ~ host",
        "host | upper",
        "host | string | replace(\"a\", \"b\")",
        "(\"x\" ~ host) | literal",
    ] {
        let said = rendered(&format!("fine\n{{{{ {words} }}}}\n")).unwrap_err();
        assert!(said.starts_with("template my.h, line 2, `"), "{words}: {said}");
        assert!(said.ends_with(problem), "{words}: {said}");
    }
}

#[test]
fn an_error_names_file_line_and_text() {
    for (template, expected) in [
        ("a\nb\n{{ hots }}", "template my.h, line 3, `hots`: undefined variable"),
        ("a\n{{ hots | literal }}", "template my.h, line 2, `hots | literal`: undefined variable"),
        (
            "{% for one in certificates %}\n{{ one.subjct | comment }}\n{% endfor %}",
            "template my.h, line 2, `one.subjct | comment`: undefined variable",
        ),
        ("{{ host | litral }}", "template my.h, line 1, `litral`: filter litral is unknown"),
        (
            "{{ certificates[0].der | comment }}",
            "template my.h, line 1, `certificates[0].der | comment`: bytes are not text; use \
             `rows` or `base64`",
        ),
        (
            "{{ host | rows }}",
            "template my.h, line 1, `host | rows`: expected bytes, such as `der`",
        ),
        (
            "{{ host | size }}",
            "template my.h, line 1, `host | size`: text from outside has no length before it is \
             escaped; pass it through a filter first, as in `host | literal | size`",
        ),
        (
            "{{ host | parts(3) }}",
            "template my.h, line 1, `parts(3)`: text from outside has no length before it is \
             escaped; pass it through a filter first, as in `host | literal | size`",
        ),
        (
            "{% if host == 'plc.test' %}x{% endif %}",
            "template my.h, line 1, `host`: a value from outside cannot be compared; compare what a \
             filter makes of it, as in `host | plain == \"a.test\"`",
        ),
        (
            "{% if 'plc' in host %}x{% endif %}",
            "template my.h, line 1, `host`: a value from outside cannot be compared; compare what a \
             filter makes of it, as in `host | plain == \"a.test\"`",
        ),
        (
            "{% if host is startingwith('plc') %}x{% endif %}",
            "template my.h, line 1, `startingwith('plc')`: a value from outside cannot be \
             compared; compare what a filter makes of it, as in `host | plain == \"a.test\"`",
        ),
        (
            "{{ options | plain }}",
            "template my.h, line 1, `options | plain`: expected text, found a list; write its items \
             in a loop",
        ),
        (
            "{{ certificates[0] | plain }}",
            "template my.h, line 1, `certificates[0] | plain`: expected text, found an object; \
             write one of its fields, as in `certificate.subject`",
        ),
        (
            "{{ host | length }}",
            "template my.h, line 1, `length`: cannot calculate length of a value from outside",
        ),
        (
            "\n{% for one in certificates %}\n",
            "template my.h, line 2, `%}`: unexpected end of input, expected end of block",
        ),
        (
            "\n{{ certificates[9].role }}",
            "template my.h, line 2, `certificates[9].role`: undefined variable",
        ),
        (
            "{{ host",
            "template my.h, line 1, `host`: unexpected end of input, expected end of variable block",
        ),
        ("\n{{ \"a }}", "template my.h, line 2: unexpected end of string"),
        ("\n\n{# a", "template my.h, line 3: unexpected end of comment"),
        ("{% nope %}", "template my.h, line 1, `nope`: unknown statement nope"),
        ("{{ nope() }}", "template my.h, line 1, `nope()`: nope is unknown"),
        ("{{ port() }}", "template my.h, line 1, `port()`: value of type number is not callable"),
        ("{{ name() }}", "template my.h, line 1, `name()`: missing argument"),
        ("{{ host is nope }}", "template my.h, line 1, `nope`: test nope is unknown"),
        ("\n{{ port / 0 }}", "template my.h, line 2, `port / 0`: unable to calculate 8883 / 0"),
        (
            "{% for a in port %}{% endfor %}",
            "template my.h, line 1, `port`: number is not iterable",
        ),
        (
            "\n{% include \"/etc/passwd\" %}",
            "template my.h, line 2, `include \"/etc/passwd\"`: tried to include non-existing \
             template '/etc/passwd'",
        ),
        (
            "{% extends \"my.c\" %}",
            "template my.h, line 1, `extends \"my.c\"`: template \"my.c\" does not exist",
        ),
        (
            "\n{% include \"my.h\" %}",
            "template my.h, line 2, `include \"my.h\"`: recursion limit exceeded",
        ),
        (
            "\n{% for a in [1] recursive %}{{ loop([1]) }}{% endfor %}",
            "template my.h, line 2, `[1]`: recursion limit exceeded",
        ),
    ] {
        let said = rendered(template).unwrap_err();
        assert_eq!(said, expected, "{template}");
    }
}

#[test]
fn an_endless_template_is_refused_at_its_line() {
    let problem = "expected at most 4194304 steps and 256 MiB of text, found more";
    let doubling = "{% set a = namespace(x=\"xx\") %}{% for i in range(99) %}\
                    {% set a.x = a.x ~ a.x %}{% endfor %}";
    let said = rendered(&format!("fine\n{doubling}\n")).unwrap_err();
    assert_eq!(said, format!("template my.h, line 2: {problem}"));
    for (template, words) in [
        ("{{ \"x\" * 10000000000 }}", "\"x\" * 10000000000"),
        ("{{ \"%1000000000d\" | format(1) }}", "format(1)"),
        ("{{ \"x\" | indent(1000000000) }}", "indent(1000000000)"),
        ("{{ [1] | batch(1000000000, 2) }}", "batch(1000000000, 2)"),
        ("{{ [\"x\" * 999999] * 999999 }}", "[\"x\" * 999999] * 999999"),
        ("{{ ([\"x\" * 999999] * 999999) | join }}", "join"),
        ("{{ ([\"x\" * 999999] * 999999) | upper }}", "upper"),
        ("{{ [[\"x\" * 999999] * 999999] | map(\"string\") | list }}", "map(\"string\")"),
        ("{{ ([\"x\" * 999999] * 999999) is startingwith(\"x\") }}", "startingwith(\"x\")"),
    ] {
        let said = rendered(&format!("fine\n{template}\n")).unwrap_err();
        assert_eq!(said, format!("template my.h, line 2, `{words}`: {problem}"), "{template}");
    }
    let shown = rendered("{{ debug([\"x\" * 999999] * 999999) }}").unwrap_err();
    assert_eq!(
        shown,
        "template my.h, line 1, `debug([\"x\" * 999999] * 999999)`: debug is unknown"
    );
    // The end of the work has no single word.
    let loops = "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}";
    let said = rendered(&format!("fine\n{loops}\n")).unwrap_err();
    assert_eq!(said, format!("template my.h, line 2: {problem}"));
}

#[test]
fn operators_on_nested_lists_count_their_steps() {
    let doubled = "{% set a = namespace(x=[1]) %}{% set b = namespace(x=[1]) %}\
                   {% for i in range(60) %}{% set a.x = [a.x, a.x] %}{% set b.x = [b.x, b.x] %}\
                   {% endfor %}";
    let large = "{% set a = namespace(x=[1] * 9999) %}";
    let often = |what: &str| format!("{large}{{% for i in range(9999) %}}{what}{{% endfor %}}");
    for template in [
        format!("{doubled}{{{{ a.x == b.x }}}}"),
        format!("{doubled}{{{{ a.x != b.x }}}}"),
        format!("{doubled}{{{{ a.x < b.x }}}}"),
        format!("{doubled}{{% if 1 not in [2] and a.x in [b.x] %}}{{% endif %}}"),
        format!("{doubled}{{% set c = a.x ~ \"\" %}}"),
        format!("{doubled}{{% set c = \"\" ~ [1, a.x] %}}"),
        format!("{doubled}{{% include \"part/\" ~ a.x %}}"),
        format!("{doubled}{{{{ {{\"b\": a.x ~ \"\"}}.b | length }}}}"),
        "{% set c = ([\"x\" * 999999] * 999999) ~ \"\" %}".to_owned(),
        often("{% if a.x == a.x %}{% endif %}"),
        often("{% if a.x is eq(a.x) %}{% endif %}"),
        often("{% set c = a.x | sort %}"),
    ] {
        let said = rendered(&template).unwrap_err();
        assert!(said.contains("expected at most 4194304 steps"), "{template}: {said}");
    }
    let own = "{{ [1, 2] == [1, 2] }} {{ 1 in [2] }} {{ [1] ~ 2 ~ -3 }} {{ \"a\" ~ (1 + 1) if 2 > 1 else 0 }} \
               {% for a, b in [[1, 2]] if a not in [2] %}{{ a ~ b is string }}{% endfor %}";
    assert_eq!(rendered(own).unwrap(), "True False [1]2-3 a2 1False");
}

#[test]
fn filters_and_tests_on_nested_lists_count_their_steps() {
    let doubled = "{% set a = namespace(x=[1]) %}{% set b = namespace(x=[1]) %}\
                   {% for i in range(60) %}{% set a.x = [a.x, a.x] %}{% set b.x = [b.x, b.x] %}\
                   {% endfor %}";
    for comparing in ["a.x is eq(b.x)", "a.x is in([b.x])", "[a.x, b.x] | sort | length"] {
        let said = rendered(&format!("{doubled}{{{{ {comparing} }}}}")).unwrap_err();
        assert!(said.contains("expected at most 4194304 steps"), "{comparing}: {said}");
    }
    let own = "{{ [3, 1, 2] | sort(reverse=true) | join }} {{ 2 is in([1, 2]) }} {{ [1] is eq([2]) }} \
               {{ [2, 1, 2] | unique | join }} {{ [1, 2] | select(\">\", 1) | join }}";
    assert_eq!(rendered(own).unwrap(), "321 True False 21 2");
}

#[test]
fn a_template_that_shows_a_recursive_value_is_refused() {
    let circle = "{% set a = namespace() %}{% set a.x = a %}{{ a }}";
    let deep = "{% set a = namespace(x=1) %}{% for i in range(99999) %}{% for j in range(4) %}\
                {% set a.x = [a.x] %}{% endfor %}{% endfor %}{{ a.x }}";
    for template in [circle, deep] {
        let said = rendered(template).unwrap_err();
        assert!(said.contains("expected at most 4194304 steps"), "{said}");
    }
}

#[test]
fn the_largest_template_does_not_overflow_the_stack() {
    let limit = emit::MAX_TEMPLATE_BYTES;
    let of_length = |before: &str, unit: &str, after: &str| {
        let room = limit - before.len() - after.len();
        format!("{before}{}{after}", unit.repeat(room / unit.len()))
    };
    assert_eq!(rendered(&of_length("{{ ", "-", "1 }}")).unwrap().trim_start_matches('-'), "1");
    assert_eq!(rendered(&of_length("{{ 1", "|abs", " }}")).unwrap(), "1");
    for unit in ["+1", ".a", "[0]", "(", "[", "not ", " if 1 else 1", "|abs", " is odd"] {
        // Only whether it succeeds matters.
        let _ = rendered(&of_length("{{ 1", unit, " }}"));
        let _ = rendered(&of_length("{{ ", unit, "1 }}"));
    }
    let _ = rendered(&of_length("", "{% if 1 %}", ""));
    assert_eq!(
        rendered(&"x".repeat(limit + 1)).unwrap_err(),
        format!("template my.h: expected at most {limit} bytes, found more")
    );
}

#[test]
fn an_unknown_variable_has_a_hint_with_the_known_ones() {
    let folder = folder();
    for (template, hint) in [
        ("{{ hots }}", "`certgrab formats --variables` lists the variables and the filters"),
        (
            "{% include \"other.h\" %}",
            "only these parts can be included: part/about, part/c-anchors, part/c-der, part/c-facts, \
             part/c-pem, part/csharp, part/options, part/python-facts, part/rust-allow, part/rust-facts, \
             part/xml-about",
        ),
    ] {
        let file = write(folder.path(), "my.h", template);
        let refusal = offline("broker.example", &["--template", file.to_str().unwrap()]);
        let said = refusal.fails_with(2).err();
        assert_eq!(said.lines().nth(1), Some(&*format!("certgrab: hint: {hint}")), "{said}");
    }
}

/// Whether there is text, or a list of texts to be written in a loop.
fn is_there(rendered: &Result<String, String>) -> bool {
    rendered.as_ref().err().is_none_or(|error| error.ends_with(LIST))
}

#[test]
fn every_listed_variable_exists_and_foreign_ones_are_marked() {
    for (variable, what) in VARIABLES {
        let path = variable.replace("certificate.", "certificates[0].");
        // A key has either RSA numbers or a point: this root has no RSA numbers.
        let plain = rendered(&format!("{{% if {path} %}}{{{{ {path} }}}}{{% endif %}}"));
        if what.ends_with("(outside)") {
            let is_absent = plain.as_deref() == Ok("");
            assert!(is_absent || plain.is_err(), "{variable} is written as it is");
        } else if *variable != "certificates" {
            assert!(is_there(&plain), "{variable}: {plain:?}");
        }
    }
}

#[test]
fn every_listed_filter_exists() {
    for (filter, _) in FILTERS.iter().filter(|(filter, _)| !filter.starts_with("parts")) {
        let of_text = rendered(&format!("{{{{ host | {filter} }}}}"));
        let of_bytes = rendered(&format!("{{{{ certificates[0].der | {filter} }}}}"));
        assert!(is_there(&of_text) != is_there(&of_bytes), "{filter}");
    }
}

#[test]
fn every_template_of_the_repository_is_in_the_table() {
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
        // The same file as a user's template: only the line that names the format differs.
        let own =
            emit::render_template(&bundle, file, &std::fs::read_to_string(&path).unwrap(), &name)
                .unwrap();
        let own = String::from_utf8(own)
            .unwrap()
            .replace("--template FILE`", &format!("--emit {format}`"));
        if let Ok(built_in) = bench::try_bytes(&bundle, format) {
            let texts = [own, String::from_utf8(built_in).unwrap()];
            let [own, built_in] = texts.map(|text| crate::support::without_checksum(&text));
            assert_eq!(own, built_in, "{format}");
        }
    }
}

#[test]
fn filters_keep_pem_unchanged() {
    let [_, x2] = bench::isrg();
    let pem = x2.pem();
    assert_eq!(rendered("{{ pem | literal }}").unwrap(), pem.replace('\n', "\\n"));
    assert_eq!(rendered("{{ pem | plain }}").unwrap(), pem);
    let json = rendered("{{ pem | json }}").unwrap();
    assert_eq!(serde_json::from_str::<String>(&json).unwrap(), pem);
    let line = rendered("{{ pem | base64 }}").unwrap();
    let decoded = base64::Engine::decode(&base64::prelude::BASE64_STANDARD, line).unwrap();
    assert_eq!(decoded, pem.as_bytes());
    assert_eq!(rendered("{{ pem | size }}").unwrap(), pem.len().to_string());
    assert_eq!(
        rendered("{{ pem | comment }}").unwrap_err(),
        "template my.h, line 1, `pem | comment`: PEM has several lines; write them in a loop over \
         `pem_lines`"
    );
    let lines: Vec<_> = pem.lines().collect();
    for filter in ["literal", "plain", "comment"] {
        let source = format!("{{% for l in pem_lines %}}{{{{ l | {filter} }}}}\n{{% endfor %}}");
        assert_eq!(rendered(&source).unwrap(), pem, "{filter}");
    }
    let joined = rendered("{{ pem_lines | join('\\n') | literal }}").unwrap();
    assert_eq!(joined, lines.join("\\n"));
    let parts = "{% for part in pem | parts(7) %}{{ part | literal }}{% endfor %}";
    assert_eq!(rendered(parts).unwrap(), pem.replace('\n', "\\n"));
    for filter in ["upper", "lower", "title", "capitalize"] {
        let error = rendered(&format!("{{{{ pem | {filter} }}}}")).unwrap_err();
        assert!(error.ends_with("other letters break the certificate in PEM"), "{error}");
    }
    // Text that only looks like PEM is escaped like any other text.
    let other = rendered("{{ \"-----BEGIN CERTIFICATE-----\\nA B\" | literal }}").unwrap();
    assert_eq!(other, r"-----\\u{42}EGIN CERTIFICATE-----\\u{a}A B");
}

#[test]
fn a_list_is_not_text() {
    for source in [
        "{{ pem_lines }}",
        "{{ certificates[0].der | rows }}",
        "{{ certificates[0].der | rows | json }}",
        "{{ pem_lines | literal }}",
        "{{ pem | parts(10) }}",
        "{{ [1, 2] | plain }}",
        "{{ [host, port] }}",
    ] {
        let error = rendered(source).unwrap_err();
        assert!(error.ends_with(LIST), "{source}: {error}");
    }
    for source in ["{{ {'a': 1} }}", "{{ {'a': host} | comment }}", "{{ certificates[0] }}"] {
        let error = rendered(source).unwrap_err();
        assert!(error.contains("expected text, found an object; "), "{source}: {error}");
    }
}

#[test]
fn bytes_and_text_are_split_into_parts() {
    let [_, x2] = bench::isrg();
    let parts =
        "{% for part in certificates[0].der | parts(120) %}{{ part | base64 }}\n{% endfor %}";
    let lines = rendered(parts).unwrap();
    let decode = |line: &str| base64::Engine::decode(&base64::prelude::BASE64_STANDARD, line);
    let read: Vec<Vec<u8>> = lines.lines().map(|line| decode(line).unwrap()).collect();
    assert_eq!(read.concat(), x2.der());
    assert!(read.iter().rev().skip(1).all(|part| part.len() == 120) && read.len() > 2);
    let text = rendered("{{ (pem | parts(20))[0] }}").unwrap();
    assert_eq!(text, x2.pem()[..20]);
    assert!(
        rendered("{{ pem | parts(0) }}").unwrap_err().contains("expected a length of at least 1")
    );
}

#[test]
fn text_from_outside_is_escaped_for_json_and_xml() {
    assert_eq!(rendered("{{ host | json }}").unwrap(), "\"m1.example.com\"");
    assert_eq!(
        rendered("{{ \"a--b->&<\\\"'\" | xml }}").unwrap(),
        "a-&#45;b-\\u{3e}&#38;&#60;&#34;&#39;"
    );
}
