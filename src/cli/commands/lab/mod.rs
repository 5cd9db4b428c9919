//! `certgrab lab`: servers, sound and faulty, and a verdict on what the device did with each.

mod list;
mod watch;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use crate::{
    chain::Presented,
    endpoint::Target,
    judge::path::Question,
    lab::{
        authority::Authority,
        cases::{CASES, Case, Must, Presentable},
        hello::saved,
        report::{self, Outcome, Report},
        session::{self, Options},
        speak::Forward,
        verdict::{Judge, Judged, Verdict},
    },
    output::emit::{self, Identifier},
    run::{grab, pack},
    stack::{self, Stack},
    text::{bounded_file, foreign::Foreign, time::Time},
    trust::store::{Source, Store},
    x509::certificate::Certificate,
};
use tokio::net::TcpListener;

use crate::cli::{
    args::{
        Form as EmitForm,
        lab::{Args, Form, RealServer},
        trust::Trust,
    },
    failure::{self, Exit, Failure},
    language::{in_language, page_in_language},
    loss::{self, Content},
    output, proof, roots,
    style::Display,
    within,
    workers::Workers,
};

/// The anchor in the lab's folder.
const ANCHOR: &str = "ca.pem";

/// What an anchor of the lab is called where it came from.
const SOURCE: &str = "certgrab lab";

/// The most octets of a known result; one has some 30 KB.
const MAX_KNOWN_BYTES: usize = 1024 * 1024;

/// Runs the lab, or lists its cases.
pub(crate) fn run(args: &Args, display: &Display) -> Result<Exit, Failure> {
    let host = host(args)?;
    let now = Time::now();
    if args.list {
        return list::list(&args.cases, &host, now);
    }
    let known = args.expect.as_deref().map(known_result).transpose()?;
    let authority = authority(args, now, display)?;
    deliver_anchor(args, &authority, &host, now, display)?;
    let cases = schedule(args);
    let options = options(args, &host, &cases, display)?;
    let runtime = failure::runtime()?;
    reach(options.forward.as_ref(), args, &runtime)?;
    let listeners = runtime.block_on(listen(args, cases.len()))?;
    announce(args, &host, &listeners, &cases, display)?;
    let judge = Judge::of(stacks_of(args));
    let mut watch = watch::Watch {
        args,
        judge,
        host: &host,
        now,
        count: cases.len(),
        judged: Vec::new(),
        shown: 0,
        strays: 0,
        hello: None,
        display,
    };
    let presented = |case: &Case| authority.present(case, &host);
    let presentables: Result<Vec<Presentable>, _> = CASES.iter().map(presented).collect();
    let presentables = presentables.map_err(|error| unusable(args, &error))?;
    let workers = Workers::start(&runtime, args.threads.count().min(session::MAX_CONNECTIONS));
    let placing = Box::new(move || workers.idlest().clone());
    let round = runtime.block_on(async {
        let see = |event: &_| watch.see(event, &presentables);
        tokio::select! {
            round = session::run(listeners, authority, options, placing, see) => {
                round.map(Some)
            }
            _ = tokio::signal::ctrl_c() => Ok(None),
        }
    });
    runtime.shutdown_background();
    let round = round.map_err(|error| unusable(args, &error))?;
    let interrupted = round.is_none();
    let mut report = watch.report(round, &cases);
    report.differences = known.map(|known| report::differences(&known, &report));
    save_hello(args, &report, display)?;
    finish(args, &report, display)?;
    Ok(match report.result() {
        Outcome::Failed => Exit::Untrusted,
        _ if interrupted => Exit::Interrupted,
        Outcome::Passed => Exit::Done,
        Outcome::Incomplete | Outcome::NoDevice => Exit::NoHandshake,
    })
}

/// Writes the device's ClientHello where `--save-hello` says.
fn save_hello(args: &Args, report: &Report, display: &Display) -> Result<(), Failure> {
    let (Some(path), Some(hello)) = (&args.save_hello, &report.hello) else { return Ok(()) };
    let met = |one: &&Judged| one.turn.case.id == "tls10" && one.verdict != Verdict::NotPlayed;
    // A device that refuses every server has not refused this one for its version.
    let is_sound = |one: &Judged| one.turn.case.must == Must::Connect;
    let connects = |one: &Judged| is_sound(one) && one.verdict == Verdict::Passed;
    let old = report.judged.iter().find(met).map(|one| one.turn.conduct.trusts());
    let old = old.filter(|accepts| *accepts || report.judged.iter().any(connects));
    let text = saved::write(hello, old);
    output::deliver(&[output::File::new(path, text, Content::Report)], display.quiet)
}

/// Refuses to write a result over a file that would be lost, before a device is waited for.
fn refuse_losses(args: &Args) -> Result<(), Failure> {
    let reports = args.report.iter().filter_map(|report| report.path.as_ref());
    let mut documents = reports.chain(&args.save_hello);
    documents.try_for_each(|path| loss::refuse_loss(path, Content::Report, None))
}

/// The known result that `--expect` names.
fn known_result(path: &Path) -> Result<report::Known, Failure> {
    let shown = Foreign::text(&path.display().to_string()).line();
    let text = bounded_file::read_given_text(path, MAX_KNOWN_BYTES)
        .map_err(|error| Failure::new(Exit::File, format!("cannot read {shown}: {error}")))?;
    report::read_verdicts(&text).map_err(|error| {
        let hint = "write one with `certgrab lab --report json=FILE`".to_owned();
        Failure::new(Exit::File, format!("{shown} is not a result of the lab: {error}"))
            .with_hint(Some(hint))
    })
}

/// What is to be played.
fn options(
    args: &Args,
    host: &str,
    cases: &[&'static Case],
    display: &Display,
) -> Result<Options, Failure> {
    let forward = |server: &RealServer| {
        let trust = Trust { roots: args.roots.clone(), ..Trust::default() };
        let store = roots::store(&trust, display)?;
        Forward::to(&server.target, server.is_in_clear, &store)
            .map_err(|error| Failure::new(Exit::Fault, error.to_string()))
    };
    Ok(Options {
        host: host.to_owned(),
        cases: cases.to_vec(),
        ports: args.ports,
        wait: Duration::from_secs(args.wait.get().into()),
        forward: args.forward.as_ref().map(forward).transpose()?,
    })
}

/// Whether the server of `--forward` can be reached: otherwise each sound case would fail silently.
fn reach(
    forward: Option<&Forward>,
    args: &Args,
    runtime: &tokio::runtime::Runtime,
) -> Result<(), Failure> {
    let (Some(forward), Some(server)) = (forward, &args.forward) else { return Ok(()) };
    runtime.block_on(forward.reach()).map_err(|error| {
        let why = Foreign::text(&error.to_string()).line();
        let hint = (!server.is_in_clear && args.roots.is_empty()).then(|| {
            "give its CA with `--roots FILE`, or write `mqtt://HOST:PORT` if it speaks without TLS"
                .to_owned()
        });
        let target = &server.target;
        Failure::new(Exit::NoHandshake, format!("cannot forward to {target}: {why}"))
            .with_hint(hint)
    })
}

fn unusable(args: &Args, error: &std::io::Error) -> Failure {
    let shown = Foreign::text(&args.dir.display().to_string()).line();
    Failure::new(Exit::File, format!("cannot play from {shown}: {error}"))
}

/// The name that the device asks for.
fn host(args: &Args) -> Result<String, Failure> {
    let address = args.listen.ip();
    match &args.host {
        Some(host) => Ok(host.clone()),
        None if address.is_unspecified() => {
            let hint = "name what the device connects to with `--host NAME`".to_owned();
            Err(Failure::new(Exit::Usage, format!("{address} is no address to connect to"))
                .with_hint(Some(hint)))
        }
        None if address.is_loopback() => Ok("localhost".to_owned()),
        None => Ok(address.to_string()),
    }
}

fn authority(args: &Args, now: Time, display: &Display) -> Result<Authority, Failure> {
    refuse_links(&args.dir)?;
    let authority = Authority::in_folder(&args.dir, now)
        .map_err(|error| Failure::new(Exit::File, error.to_string()))?;
    if authority.is_new && !display.quiet {
        let shown = Foreign::text(&args.dir.display().to_string()).line();
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

/// The cases in order: all of them, or those asked for between two sound servers.
fn schedule(args: &Args) -> Vec<&'static Case> {
    let once: Vec<&'static Case> = if args.cases.is_empty() {
        CASES.iter().collect()
    } else {
        let sound = [CASES.first(), CASES.last()].map(Option::into_iter);
        let [first, last] = sound;
        first.chain(args.cases.iter().copied()).chain(last).collect()
    };
    once.repeat(args.repeat.get().into())
}

/// The stacks that the user names, by `--stack` or by the formats of `--emit`.
fn stacks_of(args: &Args) -> Vec<&'static Stack> {
    if let Some(stack) = args.stack {
        return vec![stack];
    }
    let formats = args.emit.iter().filter_map(|one| match &one.form {
        EmitForm::Certificates(format) => Some(format.name),
        EmitForm::Document | EmitForm::Report | EmitForm::Template(_) => None,
    });
    formats.filter_map(stack::reading).collect()
}

/// Writes the lab's anchor, proved for the sound chain as any other is.
fn deliver_anchor(
    args: &Args,
    authority: &Authority,
    host: &str,
    now: Time,
    display: &Display,
) -> Result<(), Failure> {
    let fault = |error: String| Failure::new(Exit::Fault, error);
    refuse_losses(args)?;
    let (sent, anchor) = authority.sound(host).map_err(|error| unusable(args, &error))?;
    let anchor = Certificate::from_der(&anchor).map_err(|error| fault(error.to_string()))?;
    let target = target(host, args.listen.port())?;
    let mut store = Store::default();
    store.add_certificate(anchor.clone(), SOURCE);
    let options = grab::Options::new(store, now);
    let presented = Presented::from_message(sent.iter().map(Vec::as_slice), Source::Server);
    let grab = grab::judge(presented, &target, &options);
    let judgement = grab.verdict.as_ref().map_err(|refusal| fault(refusal.to_string()))?;
    let bundle = pack::pack(&target, &grab.presented, &judgement.verified, pack::What::Anchor);
    let name = args.name.clone().unwrap_or_else(|| Identifier::for_host(host, "ROOT_CA"));
    let place = args.dir.join(ANCHOR);
    let mut files = vec![output::File::new(&place, anchor.pem(), Content::LabAnchor)];
    for emission in &args.emit {
        let EmitForm::Certificates(format) = &emission.form else {
            return Err(Failure::new(
                Exit::Usage,
                "the lab's anchor is written in formats of `certgrab formats`",
            ));
        };
        let question =
            Question { name: Some(&options.wanted_name(&target)), at: now, work: &grab.work };
        proof::prove_for((format.name, None), "", &grab.presented, &bundle, question, display)?;
        let data = emit::render(&bundle, *format, &name).map_err(|error| {
            Failure::new(Exit::Usage, error.to_string()).with_hint(error.hint())
        })?;
        match &emission.path {
            Some(path) => files.push(output::File::new(path, data, emission.form.content())),
            None => output::write(&data)?,
        }
    }
    output::deliver_with_folders(&files, display.quiet)
}

/// The lab as a target; port 0 stands for any.
fn target(host: &str, port: u16) -> Result<Target, Failure> {
    let port = if port == 0 { 8883 } else { port };
    let text =
        if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") };
    text.parse().map_err(|error| Failure::new(Exit::Usage, format!("{host}: {error}")))
}

async fn listen(args: &Args, count: usize) -> Result<Vec<TcpListener>, Failure> {
    let wanted = if args.ports { count } else { 1 };
    let mut listeners = Vec::new();
    for place in 0..wanted {
        let port = match args.listen.port() {
            0 => Some(0),
            port => u16::try_from(place).ok().and_then(|place| port.checked_add(place)),
        };
        let port = port.ok_or_else(|| {
            Failure::new(
                Exit::Usage,
                format!("{wanted} cases do not fit between the port and 65535"),
            )
        })?;
        let address = SocketAddr::new(args.listen.ip(), port);
        listeners.push(TcpListener::bind(address).await.map_err(|error| {
            Failure::new(Exit::File, format!("cannot listen on {address}: {error}"))
                .with_hint(Some("choose another with `--listen ADDR:PORT`".to_owned()))
        })?);
    }
    Ok(listeners)
}

fn announce(
    args: &Args,
    host: &str,
    listeners: &[TcpListener],
    cases: &[&'static Case],
    display: &Display,
) -> Result<(), Failure> {
    let fault = |error: std::io::Error| Failure::new(Exit::Fault, error.to_string());
    let addresses: Result<Vec<_>, _> = listeners.iter().map(TcpListener::local_addr).collect();
    let addresses = addresses.map_err(fault)?;
    if !args.listen.ip().is_loopback() {
        output::warn(
            format_args!(
                "{} can be reached from the network: everyone there can connect to the lab",
                args.listen.ip()
            ),
            display,
        );
    }
    if display.quiet {
        return Ok(());
    }
    if args.ports {
        for (address, case) in addresses.iter().zip(cases) {
            output::say(format_args!("port {}: {}", address.port(), case.id));
        }
    }
    let address = addresses.first().map_or(args.listen, |address| *address);
    let each = if args.ports { "port" } else { "connection" };
    output::say(format_args!(
        "listening on {address} as {host}: {} cases, one for each {each}; Ctrl-C stops",
        cases.len()
    ));
    Ok(())
}

/// Writes the reports.
fn finish(args: &Args, report: &Report, display: &Display) -> Result<(), Failure> {
    let wanted: Vec<(Form, Option<PathBuf>)> = match (args.json, args.report.as_slice()) {
        (true, _) => vec![(Form::Json, None)],
        (false, reports) => reports.iter().map(|one| (one.form, one.path.clone())).collect(),
    };
    let is_shown = wanted.iter().any(|(_, path)| path.is_none());
    for (form, path) in &wanted {
        let text = match form {
            Form::Text => {
                report
                    .judged
                    .iter()
                    .map(|one| report::line(one, report.judged.len(), in_language))
                    .collect::<String>()
                    + &report::text(report, in_language)
            }
            Form::Json => report::json(report),
            Form::Junit => report::junit(report),
            Form::Sarif => report::sarif(report),
            Form::Html => page_in_language(report::html(report, in_language)),
        };
        match path {
            Some(path) => {
                let file = output::File::new(path, text, Content::Report);
                output::deliver(&[file], display.quiet)?;
            }
            None => output::show(&text)?,
        }
    }
    if !is_shown {
        output::show(&report::text(report, in_language))?;
    }
    Ok(())
}
