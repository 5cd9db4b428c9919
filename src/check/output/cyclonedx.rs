//! A cryptography bill of materials, CycloneDX 1.6: the trust anchors of a product.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::shown;
use crate::{
    check::{FileReport, Key, scheduled},
    trust::store::Store,
    x509::certificate::{Certificate, Sha256},
};

/// The document for all files, indented. It contains each anchor once, with all its places: as its
/// certificate, or as its public key if no known certificate has its name and key.
#[must_use]
pub fn cyclonedx(files: &[FileReport]) -> String {
    let mozilla = Store::mozilla();
    let mut components: BTreeMap<String, (Value, Vec<Value>)> = BTreeMap::new();
    for file in files {
        for anchor in &file.anchors {
            let known = anchor.resolved(&mozilla).map(|one| component(&one));
            let Some(component) = known.or_else(|| public_key(anchor.key.as_ref()?)) else {
                continue;
            };
            let mut place = json!({ "location": shown(&file.file) });
            match anchor.place.offset {
                Some(offset) => place["offset"] = offset.into(),
                None => place["line"] = anchor.place.line.into(),
            }
            let reference = component["bom-ref"].to_string();
            let known = components.entry(reference).or_insert_with(|| (component, vec![]));
            known.1.push(place);
        }
    }
    let with_places = |(mut component, places): (Value, Vec<Value>)| {
        component["evidence"] = json!({ "occurrences": places });
        component
    };
    let components: Vec<_> = components.into_values().map(with_places).collect();
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

fn component(certificate: &Certificate) -> Value {
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
        "properties": properties,
    })
}

/// The anchor `key`, of which only the name and the public key are known.
fn public_key(key: &Key) -> Option<Value> {
    let made = key.as_certificate()?;
    let sha256 = Sha256::of(made.spki_der()).to_string();
    Some(json!({
        "type": "cryptographic-asset",
        "bom-ref": format!("public-key/sha256/{sha256}"),
        "name": crate::check::named(&made),
        "hashes": [{ "alg": "SHA-256", "content": sha256 }],
        "cryptoProperties": {
            "assetType": "related-crypto-material",
            "relatedCryptoMaterialProperties": { "type": "public-key" },
        },
        "properties": [{ "name": "certgrab:role", "value": "trust anchor" }],
    }))
}
