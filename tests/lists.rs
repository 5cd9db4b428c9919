//! Lists of targets with any content: one clean result for each line that names a target.

use proptest::prelude::*;
use serde_json::Value;

use crate::support::certgrab;

/// Lines as people, programs and attackers write them, each with its end.
fn line() -> impl Strategy<Value = Vec<u8>> {
    let text = prop_oneof![
        4 => prop::sample::select(vec![
            "plc.test", "plc.test:8883", "mqtts://[::1]", "a.test sni=b.test # why", "127.0.0.1",
            "", "   ", "\t", "# a comment", "  # another", "#", "a.test connect=127.0.0.1:2",
            "a.test sni=", "a.test colour=blue", "http://a.test", "a.test:0", "a.test:65536",
            "user@a.test", "[::1", "..", "a..b", "-", "--help", "\u{a0}", "\u{202e}tset.a",
            "b\u{fc}cher.test", "\x1b[31mred", "\0", "{\"index\":0}", "\u{feff}a.test", "a.test\r",
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
        1 => any::<String>().prop_map(|text| text.replace('\n', " ").into_bytes()),
        1 => prop::collection::vec(any::<u8>().prop_filter("no line", |byte| *byte != b'\n'), 0..40),
        1 => (1_500..4_000_usize).prop_map(|length| b"a".repeat(length)),
    ];
    (text, any::<bool>()).prop_map(|(mut text, windows)| {
        text.extend_from_slice(if windows { b"\r\n" } else { b"\n" });
        text
    })
}

proptest! {
    // Each case is a process.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(16) })]

    #[test]
    fn any_list_gives_one_clean_result_per_target(
        lines in prop::collection::vec(line(), 1..60),
        ends in any::<bool>(),
    ) {
        let mut list = lines.concat();
        if !ends {
            list.pop();
        }
        let mut expected = Vec::new();
        for (index, line) in list.split(|byte| *byte == b'\n').enumerate() {
            let line = line.trim_ascii();
            if !line.is_empty() && !line.starts_with(b"#") {
                expected.push(format!("line {}: ", index + 1));
            }
        }
        // No server listens there, and no name is resolved.
        let run = certgrab()
            .args(["--hosts", "-", "--ordered", "--timeout", "5", "--connect", "127.0.0.1:1"])
            .reading(&list);
        if expected.is_empty() {
            return Ok(());
        }
        let outcome = run.ends();
        let acts = |one: char| {
            one.is_control() && one != '\n' || matches!(one, '\u{202a}'..='\u{202e}' | '\u{feff}')
        };
        prop_assert!(!outcome.out().contains(acts), "{:?}", outcome.out());
        prop_assert!(!outcome.err().contains(acts), "{:?}", outcome.err());
        let text = outcome.out();
        let documents: Vec<Value> =
            text.lines().map(|line| serde_json::from_str(line).expect("a document")).collect();
        prop_assert_eq!(documents.len(), expected.len());
        for (position, (document, line)) in documents.iter().zip(&expected).enumerate() {
            prop_assert_eq!(&document["index"], position);
            prop_assert_eq!(&document["status"], "failed");
            let message = document["error"]["message"].as_str().expect("a message");
            // A line without a target is named; the others tried to connect.
            if document["target"].is_null() {
                prop_assert!(message.starts_with(line.as_str()), "{line}: {message}");
            } else {
                prop_assert_eq!(&document["error"]["stage"], "connect");
            }
        }
    }
}
