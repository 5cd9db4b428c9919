//! Every step without a network: a small PKI, a server in this process, and its anchor.

use std::{
    error::Error,
    fmt::{Display as Shown, Write as _},
    net::Ipv4Addr,
    sync::Arc,
};

use crate::{
    Grab,
    endpoint::Target,
    net::connect,
    output::emit::{self, Identifier},
    run::{
        grab::{Options, grab},
        pack::{self, What},
    },
    text::time::Time,
    trust::store::Store,
    x509::certificate::Certificate,
};

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::net::TcpListener;
use tokio_rustls::{TlsAcceptor, rustls::ServerConfig};

use crate::cli::{
    failure::{Exit, Failure},
    language::{columns_in_language, in_language, lines_in_language},
    output, report,
    style::Display,
};

/// The server's host; it resolves to this machine if there is a resolver.
const HOST: &str = "localhost";

/// The end of the demo's output.
const NEXT: &str = "
Next, with a server of yours:
  certgrab HOST:PORT                             show its chain and its anchor
  certgrab HOST:PORT --emit arduino=root_ca.h    write a header for an Arduino sketch
  certgrab HOST:PORT --emit c=root_ca.h          write a C header
  certgrab formats                               list every format and what reads it
  certgrab new --list                            list the projects that connect
  certgrab lab                                   see what your device accepts
";

/// A root, and what a server presents below it: leaf and intermediate, no root, as brokers do.
struct Pki {
    root: Certificate,
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

/// Makes the PKI, serves it, grabs it, and shows the report, the headers for Arduino and C, the Rust
/// constants and what to do next.
pub(crate) fn run(display: &Display) -> Result<Exit, Failure> {
    let (target, grabbed, options) = grab_from_this_process()
        .map_err(|error| Failure::new(Exit::Fault, format!("demo: {error}")))?;
    let judgement = grabbed
        .verdict
        .as_ref()
        .map_err(|refusal| Failure::new(Exit::Untrusted, refusal.to_string()))?;
    output::show(&report::trusted(Some(&target), &grabbed, judgement, &options, display))?;
    let bundle = pack::pack(&target, &grabbed.presented, &judgement.verified, What::Anchor);
    let name = Identifier::for_host(HOST, "ROOT_CA");
    for (title, format) in
        [("Arduino header", "arduino"), ("C header", "c"), ("Rust constants", "rust")]
    {
        let Some(format) = emit::format(format) else { continue };
        let source = emit::render(&bundle, format, &name)
            .map_err(|error| Failure::new(Exit::Fault, format!("demo: {error}")))?;
        if !display.quiet {
            let title = in_language(title);
            output::show(&format!("\n---- {title}: --emit {} ----\n\n", format.name))?;
        }
        output::show(&without_bytes(&String::from_utf8_lossy(&source)))?;
    }
    if !display.quiet {
        output::show(&columns_in_language(NEXT))?;
    }
    Ok(Exit::Done)
}

/// A generated source with only the first line of each array of bytes.
fn without_bytes(source: &str) -> String {
    let is_bytes = |line: &&str| line.trim_start().starts_with("0x");
    let mut out = String::new();
    let mut lines = source.lines().peekable();
    while let Some(line) = lines.next() {
        let _ = writeln!(out, "{line}");
        if is_bytes(&line) {
            let more = std::iter::from_fn(|| lines.next_if(is_bytes)).count();
            if more > 0 {
                out += &lines_in_language(&format!("    ... {more} more lines of bytes\n"));
            }
        }
    }
    out
}

/// A real handshake on loopback: the target, the result and the options.
fn grab_from_this_process() -> Result<(Target, Grab, Options), Box<dyn Error>> {
    let pki = pki().map_err(because("no certificates"))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let bound = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let listener = bound.map_err(because("no port"))?;
        let address = listener.local_addr()?;
        serve(listener, &pki).map_err(because("no server"))?;
        let target: Target = format!("{HOST}:{}", address.port()).parse()?;
        let mut store = Store::default();
        store.add_certificate(pki.root, "the demo's own root");
        let options = Options {
            connect: connect::Options {
                instead: Some(address.to_string().parse()?),
                ..connect::Options::default()
            },
            ..Options::new(store, Time::now())
        };
        let grabbed = grab(&target, &options).await?;
        Ok((target, grabbed, options))
    })
}

/// An error, prefixed with what it prevents.
fn because<E: Shown>(what: &str) -> impl FnOnce(E) -> String {
    move |error| format!("{what}: {error}")
}

fn pki() -> Result<Pki, Box<dyn Error>> {
    let this_year = i32::from(Time::now().year());
    let authority = |name: &str| -> Result<CertificateParams, rcgen::Error> {
        let mut params = CertificateParams::new(Vec::new())?;
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::OrganizationName, "certgrab demo");
        params.distinguished_name.push(DnType::CommonName, name);
        params.not_before = rcgen::date_time_ymd(this_year, 1, 1);
        params.not_after = rcgen::date_time_ymd(this_year + 20, 1, 1);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        Ok(params)
    };
    let root_key = KeyPair::generate()?;
    let root_params = authority("Demo Root CA")?;
    let root = root_params.self_signed(&root_key)?;
    let root_issuer = Issuer::new(root_params, root_key);

    let issuing_key = KeyPair::generate()?;
    let issuing_params = authority("Demo Issuing CA")?;
    let issuing = issuing_params.signed_by(&issuing_key, &root_issuer)?;
    let issuing_issuer = Issuer::new(issuing_params, issuing_key);

    let leaf_key = KeyPair::generate()?;
    let mut leaf_params = CertificateParams::new(vec![HOST.to_owned()])?;
    leaf_params.distinguished_name = DistinguishedName::new();
    leaf_params.distinguished_name.push(DnType::CommonName, HOST);
    leaf_params.not_before = rcgen::date_time_ymd(this_year, 1, 1);
    leaf_params.not_after = rcgen::date_time_ymd(this_year + 1, 1, 2);
    let leaf = leaf_params.signed_by(&leaf_key, &issuing_issuer)?;
    Ok(Pki {
        root: Certificate::from_der(root.der())?,
        chain: vec![leaf.der().clone(), issuing.der().clone()],
        key: PrivatePkcs8KeyDer::from(leaf_key.serialize_der()).into(),
    })
}

/// Completes the handshake with every client, until the runtime ends.
fn serve(listener: TcpListener, pki: &Pki) -> Result<(), rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(pki.chain.clone(), pki.key.clone_key())?;
    let acceptor = TlsAcceptor::from(Arc::new(config));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // A client that disconnects is expected here.
            let _ = acceptor.accept(stream).await;
        }
    });
    Ok(())
}
