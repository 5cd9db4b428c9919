//! The test CA of the lab and its anchor.
//!
//! In: the folder, and where the lab listens. Out: files, all prepared before the first is written, so a
//! refusal leaves none behind.

use std::path::{Path, PathBuf};

use crate::{
    chain::Presented,
    endpoint::Target,
    judge::path::Question,
    lab::authority::{Authority, SECRET},
    output::{
        bundle::{Bundle, KeyPossession, LAB, LAB_FOLDER, is_lab},
        emit::{self, Identifier},
    },
    run::{grab, pack},
    text::{foreign::Foreign, time::Time},
    trust::store::{Source, Store},
    x509::certificate::Certificate,
};

use super::unusable;
use crate::cli::{
    args::{
        Emission, Form as EmitForm,
        lab::{Args, FOLDER},
    },
    failure::{Exit, Failure},
    loss::Content,
    output, proof, stream,
    style::Display,
    within,
};

/// The anchor in the lab's folder.
const ANCHOR: &str = "ca.pem";

/// The file with the anchor for the device: the first that `--emit` writes, or the lab's own file.
pub(super) fn place(args: &Args) -> PathBuf {
    let emitted = args.output.emit.iter().filter_map(|one| one.path.as_ref());
    let mut files = emitted.filter(|path| stream::named(path).is_none());
    files.next().cloned().unwrap_or_else(|| args.dir.join(ANCHOR))
}

/// The lab's own files, which no other output may replace.
pub(super) fn own_files(folder: &Path) -> [PathBuf; 2] {
    [ANCHOR, SECRET].map(|name| folder.join(name))
}

/// The test CA that serves on `port` as `host`; writes its files, if it is new, and its anchor in each
/// format.
pub(super) fn deliver(
    args: &Args,
    (host, port): (&str, u16),
    now: Time,
    display: &Display,
) -> Result<Authority, Failure> {
    refuse_links(&args.dir)?;
    let mut authority = Authority::in_folder(&args.dir, now)
        .map_err(|error| Failure::new(Exit::File, error.to_string()))?;
    let own = std::mem::take(&mut authority.files);
    let mut files: Vec<_> = own
        .iter()
        .map(|file| {
            let content = if file.is_secret { Content::Secret } else { Content::Overwrite };
            output::File::new(&file.path, file.text.as_bytes(), content)
        })
        .collect();
    let (sent, anchor) = authority.sound(host).map_err(|error| unusable(args, &error))?;
    let fault = |error: String| Failure::new(Exit::Fault, error);
    let anchor = Certificate::from_der(&anchor).map_err(|error| fault(error.to_string()))?;
    let place = args.dir.join(ANCHOR);
    files.push(output::File::new(&place, anchor.pem(), Content::LabAnchor));
    let target = target(host, port)?;
    let mut streamed = Vec::new();
    for (emission, data) in
        args.output.emit.iter().zip(emitted(args, &anchor, &sent, &target, now, display)?)
    {
        match &emission.path {
            Some(path) => files.push(output::File::new(path, data, emission.form.content())),
            None => streamed.push(data),
        }
    }
    output::deliver_with_folders(&files, display.quiet)?;
    streamed.iter().try_for_each(|data| output::write(data))?;
    if !own.is_empty() && !display.quiet {
        let shown = Foreign::path(&args.dir).line();
        output::say(format_args!(
            "made a test CA in {shown}, valid until {}; build the device with its anchor",
            authority.life.to.date()
        ));
    }
    Ok(authority)
}

/// Refuses a folder of the lab whose files are links that lead out of it.
fn refuse_links(folder: &Path) -> Result<(), Failure> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let paths: Vec<_> = entries.map(|entry| entry.path()).collect();
    within::refuse_links_out_of(folder, paths.iter().map(PathBuf::as_path))
}

/// The anchor in each format of `--emit`, proved for the sound chain like any other.
fn emitted(
    args: &Args,
    anchor: &Certificate,
    sent: &[Vec<u8>],
    target: &Target,
    now: Time,
    display: &Display,
) -> Result<Vec<Vec<u8>>, Failure> {
    let mut store = Store::default();
    store.add_certificate(anchor.clone(), LAB);
    let options = grab::Options::new(store, now);
    let presented = Presented::from_message(sent.iter().map(Vec::as_slice), Source::Server);
    let grab = grab::judge(presented, target, &options);
    let judgement =
        grab.verdict.as_ref().map_err(|refusal| Failure::new(Exit::Fault, refusal.to_string()))?;
    let bundle = pack::pack(target, &grab.presented, &judgement.verified, pack::What::Anchor);
    let bundle = of_the_lab(bundle, &args.dir);
    let name =
        args.output.name.clone().unwrap_or_else(|| Identifier::for_host(&target.host(), "ROOT_CA"));
    let written = |emission: &Emission| {
        let EmitForm::Certificates(format) = &emission.form else {
            return Err(Failure::new(
                Exit::Usage,
                "the lab's anchor is written in formats of `certgrab formats`",
            ));
        };
        let question =
            Question { name: Some(&options.wanted_name(target)), at: now, work: &grab.work };
        proof::prove_for((format.name, None), "", &grab.presented, &bundle, question, display)?;
        Ok(emit::render(&bundle, *format, &name)?)
    };
    args.output.emit.iter().map(written).collect()
}

/// The same, with the source that the command for its server names; its servers have their keys.
fn of_the_lab(mut bundle: Bundle, folder: &Path) -> Bundle {
    let source = match folder.to_str() {
        Some(FOLDER) => LAB.to_owned(),
        _ => format!("{LAB}{LAB_FOLDER}{}", folder.display()),
    };
    // If a shell would not read the folder's name as one plain word, the source is left out.
    let source = if is_lab(&source) { source } else { format!("{LAB}{LAB_FOLDER}DIR") };
    bundle.key_possession = KeyPossession::Proven;
    for entry in &mut bundle.entries {
        entry.source = Foreign::text(&source);
    }
    bundle
}

/// The lab as a target.
fn target(host: &str, port: u16) -> Result<Target, Failure> {
    let text =
        if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") };
    text.parse().map_err(|error| Failure::new(Exit::Usage, format!("{host}: {error}")))
}
