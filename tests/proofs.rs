//! A user of the library can write only what is proved for the TLS stack of the reader.

use certgrab::internals::{
    Certificate, Options, Presented, Store, Target, Time, default_name, format, run::grab,
    trust::store::Source,
};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, GeneralSubtree, IsCa, Issuer, KeyPair,
    NameConstraints,
};

#[test]
fn a_bundle_is_rendered_only_for_stacks_it_was_verified_for() {
    let authority = |name: &str| {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        params
    };
    let [root_key, issuing_key, leaf_key] = [(); 3].map(|()| KeyPair::generate().unwrap());
    let root = authority("Plant Root").self_signed(&root_key).unwrap();
    // Critical, which BearSSL does not support.
    let mut constrained = authority("Issuing");
    constrained.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![GeneralSubtree::DnsName("plc.test".to_owned())],
        excluded_subtrees: Vec::new(),
    });
    let above = Issuer::new(authority("Plant Root"), root_key);
    let issuing = constrained.signed_by(&issuing_key, &above).unwrap();
    let above = Issuer::new(constrained, issuing_key);
    let leaf = CertificateParams::new(["plc.test".to_owned()]).unwrap();
    let leaf = leaf.signed_by(&leaf_key, &above).unwrap();

    let mut store = Store::default();
    store.add_certificate(Certificate::from_der(root.der()).unwrap(), "plant");
    let options = Options::new(store, "2030-01-01".parse::<Time>().unwrap());
    let target: Target = "plc.test".parse().unwrap();
    let sent = [leaf.der(), issuing.der()].map(AsRef::<[u8]>::as_ref);
    let presented = Presented::from_message(sent, Source::Server);
    let grab = grab::judge(presented, &target, &options);
    let judgement = grab.verdict.as_ref().expect("a path");
    let bundle = judgement.bundle(&target, &grab.presented, &options);

    let rust = grab.prove(&bundle, format("rust").unwrap(), &target, &options);
    let source = rust.expect("rustls connects").render(&default_name(&bundle)).unwrap();
    assert!(String::from_utf8(source).unwrap().contains("PLC_TEST_ROOT_CA"));

    let esp8266 = grab.prove(&bundle, format("esp8266").unwrap(), &target, &options);
    let refusal = esp8266.expect_err("BearSSL refuses").to_string();
    assert!(refusal.contains("nameConstraints"), "{refusal}");
}
