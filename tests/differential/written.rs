//! What the command does with each single departure, for each format and for each device: it writes
//! without or with a warning, or not at all. Compared with the verdicts of the libraries.

use std::collections::BTreeMap;
use std::path::Path;

use certgrab::internals::chain::{Handshake, Method, Presented, Version};
use certgrab::internals::endpoint::Target;
use certgrab::internals::judge::path::Question;
use certgrab::internals::judge::prove;
use certgrab::internals::judge::stacks::Asked;
use certgrab::internals::lab::pki::Built;

use super::departures::departures;
use certgrab::internals::output::emit;
use certgrab::internals::run::grab::{self, Grab, Options};
use certgrab::internals::run::warning::{self, Scope};
use certgrab::internals::stack::{self, client::Device};
use certgrab::internals::text::time::Time;
use certgrab::internals::trust::store::{Source, Store};
use certgrab::internals::x509::certificate::KeyPossession;

use super::chains::{Chains, pem_of};
use super::measured;

/// Each format with the library that reads it.
const FORMATS: [(&str, &str); 10] = [
    ("arduino", "mbedtls-3.6-notime"),
    ("esp8266", "bearssl-x509list"),
    ("esp-idf", "mbedtls-3.6-notime"),
    ("mbedtls", "mbedtls-3.6"),
    ("bearssl", "bearssl-ca"),
    ("wolfssl", "wolfssl"),
    ("python", "python"),
    ("go", "go"),
    ("java", "java"),
    ("rust", "rustls-aws"),
];

/// The same with other versions of the library: what one of them refuses is not written in silence. What they
/// accept and the first refuses is not counted.
const OTHER_VERSIONS: [(&str, &str); 3] =
    [("go", "go-1.27"), ("wolfssl", "wolfssl-default"), ("python", "python-3.13")];

/// Each device of `--as` with its library.
const DEVICES: [(&str, &str); 6] = [
    ("esp8266", "bearssl-x509list"),
    ("bearssl", "bearssl-ca"),
    ("mbedtls", "mbedtls-3.6"),
    ("openssl", "openssl"),
    ("arduino-esp32", "mbedtls-3.6-notime"),
    ("esp-idf", "mbedtls-3.6-notime"),
];

/// The most refusals of what connects, for all formats and devices together. Those that are left:
///
/// - a host that begins or ends with a hyphen is no host name (RFC 1123 section 2.1);
/// - `rust` is read by many, so the rules of browsers hold for it: a root with CA:FALSE, without
///   keyCertSign, expired, or with an unknown critical extension, an intermediate without keyCertSign;
/// - mbedTLS reads a Certificate message that is longer than a record only from 3.6.3 on;
/// - a signature by Ed448, which certgrab cannot compute, counts as refused for `--as`;
/// - an ESP32 has no RSA keys of more than 4096 bits unless a setting brings them.
const MOST_WRONG_NO: usize = 52;

/// What the command does.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    /// It writes, or says that the device connects, without a warning.
    Silent,
    /// The same with a warning.
    Warned,
    /// Refused, with the reason.
    Refused(String),
}

/// What the command does with `built` when it writes `format`.
fn emitted(format: &str, built: &Built) -> Outcome {
    let reader = stack::reading(format);
    let asked = asked(built, |options| options.stacks = reader.into_iter().collect());
    let (target, options, grab) = match asked {
        Ok(asked) => asked,
        Err(problem) => return Outcome::Refused(problem),
    };
    let judgement = match &grab.verdict {
        Ok(judgement) => judgement,
        Err(refusal) => return Outcome::Refused(refusal.to_string()),
    };
    let bundle = judgement.bundle(&target, &grab.presented, &options);
    let held: Vec<_> = bundle.entries.iter().map(|entry| entry.certificate.clone()).collect();
    let question =
        Question { name: Some(&options.wanted_name(&target)), at: options.at, work: &grab.work };
    let doubt = prove::doubt_of_format(format, None, &grab.presented, &held, question);
    let known = emit::format(format).expect("a format");
    if let Err(error) = emit::render(&bundle, known, &emit::default_name(&bundle)) {
        return Outcome::Refused(error.to_string());
    }
    let verified = &judgement.verified;
    let Grab { presented, work, .. } = &grab;
    let name = options.wanted_name(&target);
    let about_reader = warning::about_any_reader(
        presented,
        verified,
        (verified.anchor(), Scope::Chain),
        Asked { name: Some(&name), at: options.at },
    );
    let candidate = verified.anchor();
    let is_warned = warning::about_departure(verified).is_some()
        || !about_reader.is_empty()
        || !warning::about_candidate(presented, &judgement.paths, candidate, options.at, work)
            .is_empty();
    match doubt {
        Some(doubt) if doubt.is_certain => Outcome::Refused(doubt.refusal.to_string()),
        None if !is_warned => Outcome::Silent,
        _ => Outcome::Warned,
    }
}

/// What `--as` says about `built` for the device called `name`.
fn as_device(name: &str, built: &Built) -> Outcome {
    let device = Device::named(name).expect("a device");
    let set = |options: &mut Options| {
        options.device = Some(device);
        options.stacks = device.stack().into_iter().collect();
    };
    match asked(built, set) {
        Err(problem) => Outcome::Refused(problem),
        Ok((_, _, grab)) => match grab.device().expect("a verdict").obstacle {
            None => Outcome::Silent,
            Some(obstacle) => Outcome::Refused(obstacle),
        },
    }
}

/// The chain, judged as the command judges it.
fn asked(built: &Built, set: impl FnOnce(&mut Options)) -> Result<(Target, Options, Grab), String> {
    let host = match built.host.contains(':') {
        true => format!("[{}]:8883", built.host),
        false => format!("{}:8883", built.host),
    };
    let target: Target = host.parse().map_err(|error| format!("{error}"))?;
    let mut store = Store::default();
    store
        .add_content(pem_of(&built.anchors).as_bytes(), Path::new("root.pem"))
        .map_err(|error| error.to_string())?;
    let mut options = Options::new(store, Time::from_date(2026, 6, 1).expect("a date"));
    set(&mut options);
    let sent = built.sent.iter().map(Vec::as_slice);
    let mut presented = Presented::from_message(sent, Source::Server);
    presented.handshake = Some(Handshake {
        method: Method::Full,
        version: Version::Tls12 as u16,
        cipher_suite: "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256".to_owned(),
        key_possession: KeyPossession::Proven,
        client_certificate: None,
        certificate_message_bytes: built.sent.iter().map(|der| der.len() + 3).sum::<usize>() + 7,
        asked_fragment_length: None,
        max_fragment_length: None,
        incomplete: None,
        needs_protocol: false,
    });
    let grab = grab::judge(presented, &target, &options);
    Ok((target, options, grab))
}

/// How often the command and the library disagree.
#[derive(Default)]
struct Counts {
    agree: usize,
    warned: usize,
    wrong_yes: Vec<String>,
    wrong_no: Vec<(String, String)>,
}

#[test]
fn output_for_single_departures_matches_the_libraries() {
    let all = departures();
    let chains = Chains::alone(&all);
    let verdicts: BTreeMap<_, _> = measured::read(&chains).into_iter().collect();
    let formats = FORMATS.iter().chain(&OTHER_VERSIONS);
    let emits = formats.map(|(format, library)| (format!("--emit {format}"), library));
    let devices = DEVICES.iter().map(|(device, library)| (format!("--as {device}"), library));
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    let (mut wrong_yes, mut wrong_no) = (0, 0);
    for (what, library) in emits.chain(devices) {
        let is_first = OTHER_VERSIONS.iter().all(|(_, other)| other != library);
        let mut counts = Counts::default();
        for (place, one) in chains.all.iter().enumerate() {
            let verdict = &verdicts[*library][place];
            // The host is written without its final full stop.
            if verdict.is_none() || one.built.host.ends_with('.') {
                continue;
            }
            let outcome = match what.split_once(' ') {
                Some(("--emit", format)) => emitted(format, &one.built),
                Some((_, device)) => as_device(device, &one.built),
                None => continue,
            };
            match (outcome, verdict.connects()) {
                (Outcome::Silent, false) => counts.wrong_yes.push(all[place].id.clone()),
                (Outcome::Refused(why), true) if is_first => {
                    counts.wrong_no.push((all[place].id.clone(), why));
                }
                (Outcome::Warned, true) => counts.warned += 1,
                _ => counts.agree += 1,
            }
        }
        println!(
            "{what}: {} agree, {} wrong yes, {} wrong no, {} warned although it connects",
            counts.agree,
            counts.wrong_yes.len(),
            counts.wrong_no.len(),
            counts.warned
        );
        for id in &counts.wrong_yes {
            println!("  silent and refused: {id}");
        }
        for (id, why) in &counts.wrong_no {
            println!("  refused and connects: {id}: {why}");
            *kinds.entry(id.clone()).or_default() += 1;
        }
        wrong_yes += counts.wrong_yes.len();
        wrong_no += counts.wrong_no.len();
    }
    println!("{wrong_yes} wrong yes, {wrong_no} wrong no: {kinds:#?}");
    assert_eq!(wrong_yes, 0);
    assert!(wrong_no <= MOST_WRONG_NO, "{wrong_no} refusals of what connects");
}
