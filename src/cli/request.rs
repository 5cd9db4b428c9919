//! From the arguments as typed to the options as meant.
//!
//! In: a [`Request`]. Out: the [`Options`] of the stages, or the reason why the arguments contradict
//! each other or name a file that cannot be read.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use crate::{
    chain::Presented,
    endpoint::Target,
    net::{connect, pace::Pace},
    output::emit::{self, MAX_TEMPLATE_BYTES},
    run::grab::{Options, Sni, TIMEOUT},
    text::{bounded_file, foreign::Foreign},
    tls::probe,
    trust::store::{self, Source},
    x509::private_key,
};

use super::{
    args::{Emission, Form, Request, What, connection::Client, formats::NameFrom},
    client,
    failure::Failure,
    output, proof, regenerate, replace, roots,
    style::Display,
};

/// Refuses options that contradict each other, before any server is contacted.
pub(crate) fn agree(job: &Request) -> Result<(), Failure> {
    agree_on_results(job)?;
    agree_on_servers(job)?;
    agree_on_certificates(job)?;
    let outputs = job.output.emit.iter().filter_map(|emission| emission.path.as_deref());
    output::keep_apart(outputs.clone(), &inputs(job).collect::<Vec<_>>(), "`--emit`")?;
    replace::refuse_losses(&job.output.emit)?;
    let is_binary = job.output.emit.iter().any(|one| one.path.is_none() && !one.is_text());
    if is_binary && output::is_terminal() {
        return usage(
            "the format is binary and standard output is a terminal",
            "write it to a file: `--emit der=PATH`",
        );
    }
    Ok(())
}

/// A usage failure.
fn usage(message: &str, hint: &str) -> Result<(), Failure> {
    Err(Failure::usage(message, hint))
}

/// How many results there are, and where they go.
fn agree_on_results(job: &Request) -> Result<(), Failure> {
    if !job.output.emit.is_empty() && job.targets.len() > 1 {
        let targets = job.targets.iter();
        let bare = targets.filter(|one| !one.port_is_given()).map(Target::host);
        let format = bare.filter_map(|word| emit::format(&word)).map(|format| format.name).next();
        let hint = match format {
            Some(name) => format!("repeat the option for another format: `--emit {name}`"),
            None => "run certgrab once for each target".to_owned(),
        };
        return usage("`--emit` accepts only one target", &hint);
    }
    let to_standard_output = job.output.emit.iter().filter(|one| one.path.is_none()).count();
    if to_standard_output + usize::from(job.json) > 1 {
        return usage(
            "only one result can go to standard output",
            "write the others to files: `--emit FORMAT=PATH`",
        );
    }
    if job.compare.is_some() && job.targets.len() != 1 {
        return usage(
            "`--compare` accepts only one target and the one to compare it with",
            "run `certgrab TARGET --compare OTHER`",
        );
    }
    Ok(())
}

/// Which servers are contacted, and how.
fn agree_on_servers(job: &Request) -> Result<(), Failure> {
    if job.from.is_some() && job.reaching.handshake != probe::Way::Auto {
        return usage(
            "`--handshake` cannot be combined with `--from`, which contacts no server",
            "leave out one of them",
        );
    }
    for target in job.targets.iter().chain(&job.compare) {
        job.reaching.agree(target)?;
    }
    if job.many.hosts.is_some() && !job.output.emit.is_empty() {
        agree_for_list(job)?;
    }
    Ok(())
}

/// Which certificates are written, and their names.
fn agree_on_certificates(job: &Request) -> Result<(), Failure> {
    if job.reaching.survey && (job.what != What::Anchor || job.anchor.extras().is_any()) {
        return usage(
            "`--survey` cannot be combined with `--what`, `--backup` or `--siblings`",
            "leave them out: only the anchors are written",
        );
    }
    let issuers = job.anchor.issuers();
    if !issuers.enabled && !issuers.allowed.is_empty() {
        return usage("`--aia-allow` cannot be combined with `--no-aia`", "leave out one of them");
    }
    let is_file = |path: &&PathBuf| regenerate::known_store(path).is_none();
    if job.anchor.extras().held && job.trust.roots.files.iter().find(is_file).is_none() {
        return usage(
            "`--hold` has no effect without `--roots FILE`, whose certificates it writes",
            "name the files with the present and the next root, or leave out `--hold`",
        );
    }
    let holds_a_name = |one: &Emission| match &one.form {
        Form::Template(_) => true,
        form => form.format().is_some_and(|format| format.holds_a_name()),
    };
    let has_use = job.format.sizes || job.output.emit.iter().any(holds_a_name);
    if let (false, Some(option)) = (has_use, naming(job)) {
        return usage(
            &format!("`{option}` has no effect: no selected format contains a constant name"),
            &format!(
                "choose one with `--emit FORMAT`, such as `c` or `rust`, or leave out `{option}`"
            ),
        );
    }
    if job.many.hosts.is_some() && job.output.emit.is_empty() && job.what != What::Anchor {
        return usage(
            "`--what` has no effect: `--hosts` writes no certificates without `--emit`",
            "leave out `--what`",
        );
    }
    Ok(())
}

/// The first given option that names constants.
fn naming(job: &Request) -> Option<&'static str> {
    let options = [
        ("--name", job.output.name.is_some()),
        ("--style", job.format.style.is_some()),
        ("--name-from", job.format.name_from != NameFrom::Host),
    ];
    options.iter().find(|(_, is_given)| *is_given).map(|(option, _)| *option)
}

/// The files and folders that are read.
pub(crate) fn inputs(job: &Request) -> impl Iterator<Item = &Path> {
    let roots = job.trust.roots.files.iter().filter(|path| regenerate::known_store(path).is_none());
    let templates = job.output.emit.iter().filter_map(|emission| match &emission.form {
        Form::Template(template) => Some(template.file.as_path()),
        _ => None,
    });
    let standard_input = Path::new("-");
    let Client { certificate, key } = &job.reaching.client;
    let files = roots
        .chain(&job.trust.converted)
        .chain(&job.from)
        .chain(&job.many.hosts)
        .chain(certificate)
        .chain(key)
        .map(PathBuf::as_path);
    files.chain(templates).filter(move |path| *path != standard_input)
}

/// Refuses formats that cannot be written for a list.
fn agree_for_list(job: &Request) -> Result<(), Failure> {
    if job.what != What::Anchor || job.anchor.extras().is_any() {
        return usage(
            "`--emit` with `--hosts` cannot be combined with `--what`, `--backup` or `--siblings`",
            "leave them out: only the anchors are written",
        );
    }
    for emission in &job.output.emit {
        match &emission.form {
            Form::Document if emission.path.is_none() => {
                return usage(
                    "with `--hosts`, standard output already has one JSON line per target",
                    "write the set of anchors to a file: `--emit json=PATH`",
                );
            }
            Form::Certificates(format) if format.name == "lock" => {
                return usage(
                    "`--emit lock` cannot be combined with `--hosts`: a lock holds one target",
                    "list the targets in certgrab.toml and run `certgrab sync`",
                );
            }
            _ if emission.path.is_none() => {
                return usage(
                    "with `--hosts`, the results go to standard output",
                    "write the anchors to a file: `--emit FORMAT=PATH`",
                );
            }
            _ => {}
        }
    }
    Ok(())
}

/// Reads the templates, before any server is contacted, and adds them to the output.
pub(crate) fn read_templates(job: &mut Request) -> Result<(), Failure> {
    for mut emission in job.format.template.drain(..) {
        if let Form::Template(template) = &mut emission.form {
            let read = bounded_file::read_given_text(&template.file, MAX_TEMPLATE_BYTES);
            template.source =
                read.map_err(|problem| Failure::unreadable(&template.file, problem))?;
        }
        job.output.emit.push(emission);
    }
    Ok(())
}

/// The options of the stages for `job`; warns once of each root that cannot be read.
pub(crate) fn options(job: &Request, display: &Display) -> Result<Options, Failure> {
    let options = quiet_options(job)?;
    roots::warn_once(&job.trust.roots.files, &options.store, display);
    client::warn_of_dates(&job.reaching.client, &options, display);
    Ok(options)
}

/// The same without warnings.
pub(crate) fn quiet_options(job: &Request) -> Result<Options, Failure> {
    let at = job.at.or_now();
    let has_no_server = job.targets.is_empty() && job.many.hosts.is_none();
    let is_offline = job.from.is_some() || has_no_server;
    Ok(Options {
        store: roots::quiet_store(&job.trust)?,
        at,
        timeout: job
            .reaching
            .limits
            .timeout
            .map_or(TIMEOUT, |seconds| Duration::from_secs(seconds.get().into())),
        connect: connect::Options {
            instead: job.reaching.connect.place.clone(),
            family: match (job.reaching.v4, job.reaching.v6) {
                (true, _) => Some(connect::Family::V4),
                (_, true) => Some(connect::Family::V6),
                _ => None,
            },
            proxy: if is_offline { None } else { job.reaching.proxy.proxy()? },
            names: Arc::default(),
            pace: job.reaching.limits.rate.map(Pace::new).map(Arc::new),
            client: client::identity(&job.reaching.client)?.map(Arc::new),
        },
        sni: match &job.reaching.sni {
            Some(name) => Sni::Name(name.clone()),
            None if job.reaching.no_sni => Sni::None,
            None => Sni::Target,
        },
        lasting: job.anchor.lasting(at),
        issuers: job.anchor.issuers(),
        extras: job.anchor.extras(),
        way: job.reaching.handshake,
        device: job.reaching.device,
        stacks: match job.output.emit.iter().any(|one| matches!(one.form, Form::Template(_))) {
            // The stack that reads the output of a template is not known.
            true if job.reaching.device.is_none() => Vec::new(),
            _ => proof::stacks(job, proof::consumed(job)),
        },
        alpn: job.reaching.alpn.clone(),
    })
}

/// The chain in a file or on standard input, as if a server had presented it. Warns of anything else in
/// it.
pub(crate) fn read_chain(file: &Path, display: &Display) -> Result<Presented, Failure> {
    let name = if file == Path::new("-") { PathBuf::from("standard input") } else { file.into() };
    let content = if file == Path::new("-") {
        bounded_file::read_stream(std::io::stdin().lock(), store::MAX_ROOTS_BYTES)
    } else {
        bounded_file::read_given(file, store::MAX_ROOTS_BYTES)
    };
    let content =
        content.map_err(|error| store::Error::Unreadable { path: name.clone(), error })?;
    let ders = store::chain_in(&content, &name)?;
    let shown = Foreign::path(&name).line();
    if private_key::holds(&content) {
        let line = private_key::line(&content).unwrap_or(1);
        output::warn(
            format_args!("{shown}: line {line} is of a private key, which is not used"),
            display,
        );
    }
    let is_key = |label: &Foreign| label.whole().ends_with("PRIVATE KEY");
    for label in store::other_labels(&content).iter().filter(|label| !is_key(label)) {
        let label = label.line();
        output::warn(
            format_args!("{shown}: a block labelled `{label}` is not a certificate, it is skipped"),
            display,
        );
    }
    let ders = ders.iter().map(Vec::as_slice);
    Ok(Presented::from_message(ders, Source::Presented(name)))
}
