//! How OpenSSL (`do_x509_check`) and curl compare a host with a certificate.

use super::Names;
use crate::stack::{
    dn,
    extensions::{ADDRESS, DNS},
    host,
    view::View,
};

/// Whether the certificate is for `host`.
pub(super) fn is_named(view: &View<'_>, host: &str, names: Names) -> bool {
    match names {
        Names::Curl => by_curl(view, host),
        Names::PartialUndotted => {
            by_openssl(view, host, true) || by_openssl(view, host.trim_end_matches('.'), true)
        }
        Names::Partial => by_openssl(view, host, true),
        // CPython encodes each label, and none may be empty except after a full stop at the end.
        Names::Whole => {
            !host.trim_end_matches('.').split('.').any(str::is_empty)
                && by_openssl(view, host, false)
        }
    }
}

fn by_openssl(view: &View<'_>, host: &str, partial_wildcards: bool) -> bool {
    let names = view.extensions.names();
    if let Some(address) = host::address(host) {
        return names.iter().any(|name| name.tag == ADDRESS && name.value == address);
    }
    let dns: Vec<_> = names.iter().filter(|name| name.tag == DNS).collect();
    if dns.is_empty() {
        let mut texts = view.common_names().filter_map(dn::text);
        return texts.any(|name| host::openssl(name.as_bytes(), host, partial_wildcards));
    }
    dns.iter().any(|name| host::openssl(name.value, host, partial_wildcards))
}

/// `ossl_verifyhost` of `lib/vtls/openssl.c` in curl 7.88.1: the last common name counts if there is neither a
/// name nor an address in subjectAltName. It is compared as a name even if the host is an address.
fn by_curl(view: &View<'_>, host: &str) -> bool {
    let names = view.extensions.names();
    let address = host::address(host);
    if address.is_none() && host::is_short_address(host) {
        return false;
    }
    let matches = |name: &[u8]| match address {
        // `*.` in front matches no address.
        Some(_) => bare(name).eq_ignore_ascii_case(host.as_bytes()),
        None => curl_host(name, host),
    };
    let fits = names.iter().any(|name| match (name.tag, &address) {
        (ADDRESS, Some(address)) => name.value == address,
        (DNS, None) => matches(name.value),
        _ => false,
    });
    if fits || names.iter().any(|name| matches!(name.tag, DNS | ADDRESS)) {
        return fits;
    }
    let last = view.common_names().last().and_then(dn::text);
    last.is_some_and(|name| matches(name.as_bytes()))
}

/// A name without a full stop at the end (`hostmatch` of `lib/vtls/hostcheck.c`).
fn bare(name: &[u8]) -> &[u8] {
    name.strip_suffix(b".").unwrap_or(name)
}

/// `hostmatch` with Debian's patch for CVE-2023-28321: a full stop at the end is ignored, `*.` must be followed
/// by two labels.
fn curl_host(pattern: &[u8], host: &str) -> bool {
    let pattern = bare(pattern);
    let host = host.strip_suffix('.').unwrap_or(host).as_bytes();
    let Some(suffix) = pattern.strip_prefix(b"*").filter(|rest| rest.starts_with(b".")) else {
        return pattern.eq_ignore_ascii_case(host);
    };
    let dot = host.iter().position(|octet| *octet == b'.');
    suffix[1..].contains(&b'.')
        && dot.is_some_and(|dot| dot > 0 && host[dot..].eq_ignore_ascii_case(suffix))
}
