//! A cryptography bill of materials, CycloneDX 1.6: the trust anchors of a product.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::shown;
use crate::{
    check::{FileReport, scheduled},
    x509::certificate::{Certificate, Sha256},
};

/// The document for all files, indented. A certificate stands in it once, with each place.
#[must_use]
pub fn cyclonedx(files: &[FileReport]) -> String {
    let mut components: BTreeMap<String, (Certificate, Vec<Value>)> = BTreeMap::new();
    for file in files {
        for anchor in &file.anchors {
            let Some(certificate) = &anchor.certificate else { continue };
            let mut place = json!({ "location": shown(&file.file) });
            match anchor.place.offset {
                Some(offset) => place["offset"] = offset.into(),
                None => place["line"] = anchor.place.line.into(),
            }
            let sha256 = certificate.sha256().to_string();
            let known = components.entry(sha256).or_insert_with(|| (certificate.clone(), vec![]));
            known.1.push(place);
        }
    }
    let components: Vec<_> =
        components.values().map(|(certificate, places)| component(certificate, places)).collect();
    let document = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": { "tools": { "components": [{
            "type": "application",
            "name": "certgrab",
            "version": env!("CARGO_PKG_VERSION"),
        }] } },
        "components": components,
    });
    format!("{document:#}\n")
}

fn component(certificate: &Certificate, places: &[Value]) -> Value {
    let subject = certificate.subject().text().line();
    let fingerprint = certificate.sha256();
    let mut properties = vec![json!({ "name": "certgrab:role", "value": "trust anchor" })];
    if let Some(until) = scheduled(certificate) {
        properties.push(json!({
            "name": "certgrab:mozillaStoreUntil",
            "value": until.date(),
        }));
    }
    json!({
        "type": "cryptographic-asset",
        "bom-ref": format!("certificate/sha256/{fingerprint}"),
        "name": crate::check::named(certificate),
        "hashes": [{ "alg": "SHA-256", "content": Sha256::to_string(&fingerprint) }],
        "cryptoProperties": {
            "assetType": "certificate",
            "certificateProperties": {
                "subjectName": subject,
                "issuerName": certificate.issuer().text().line(),
                "notValidBefore": certificate.not_before().to_string(),
                "notValidAfter": certificate.not_after().to_string(),
                "certificateFormat": "X.509",
            },
        },
        "evidence": { "occurrences": places },
        "properties": properties,
    })
}
