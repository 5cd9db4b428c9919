//! extKeyUsage at each certificate.

use super::places::{Places as _, Position, Position::Int, Position::Leaf, Position::Root};
use super::{Field, Part, Table};
use certgrab::internals::lab::pki::extension::{
    CLIENT_AUTH, EXT_KEY_USAGE, SERVER_AUTH, ext_key_usage,
};

const ANY: &str = "2.5.29.37.0";
const EMAIL: &str = "1.3.6.1.5.5.7.3.4";
/// Server-gated cryptography, as Netscape called it.
const GATED: &str = "2.16.840.1.113730.4.1";
/// An unknown purpose.
const UNKNOWN: &str = "1.3.6.1.4.1.99999.1";

pub(super) fn list(table: &mut Table) {
    let kinds: [(&str, &str, &[&str], bool); 10] = [
        ("any", "any", &[ANY], false),
        ("client", "clientAuth alone", &[CLIENT_AUTH], false),
        ("email", "emailProtection alone", &[EMAIL], false),
        ("server-client", "serverAuth and clientAuth", &[SERVER_AUTH, CLIENT_AUTH], false),
        ("any-client", "any and clientAuth", &[ANY, CLIENT_AUTH], false),
        ("other", "a purpose that nobody knows", &[UNKNOWN], false),
        ("sgc", "Netscape's SGC alone", &[GATED], false),
        ("critical", "serverAuth, critical", &[SERVER_AUTH], true),
        ("critical-client", "clientAuth, critical", &[CLIENT_AUTH], true),
        ("empty", "no purpose", &[], false),
    ];
    for position in Position::ALL {
        for (word, about, purposes, critical) in kinds {
            with(table, position, word, about, purposes, critical);
        }
    }
    for position in [Int, Root] {
        with(table, position, "server", "serverAuth", &[SERVER_AUTH], false);
    }
    let touches = [Part::Of(Leaf, Field::ExtKeyUsage)];
    table.add("leaf-eku-absent", "leaf without extKeyUsage", &touches, |chain| {
        chain.leaf().remove(EXT_KEY_USAGE);
    });
}

fn with(
    table: &mut Table,
    position: Position,
    word: &str,
    about: &str,
    purposes: &[&str],
    critical: bool,
) {
    let octets = ext_key_usage(purposes);
    let about = format!("extKeyUsage of the {}: {about}", position.title());
    let touches = [Part::Of(position, Field::ExtKeyUsage)];
    table.add(format!("{}-eku-{word}", position.word()), about, &touches, move |chain| {
        chain.at(position).set(EXT_KEY_USAGE, critical, octets.clone());
    });
}
