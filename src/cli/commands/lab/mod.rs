//! `certgrab lab`: servers, sound and faulty, and a verdict on what the device did with each.

mod anchor;
mod list;
mod watch;

use std::{
    io::ErrorKind,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use crate::{
    lab::{
        cases::{CASES, Case, Must, Presentable},
        hello::saved,
        report::{self, Outcome, Report},
        session::{self, Options},
        speak::Forward,
        verdict::{Judge, Judged, Verdict},
    },
    stack::{self, Stack},
    text::{bounded_file, foreign::Foreign, time::Time},
};
use tokio::net::TcpListener;

use crate::cli::{
    args::{
        lab::{Args, Form, RealServer},
        trust::Trust,
    },
    atomic_write::Interruptible,
    descriptors,
    failure::{self, Exit, Failure},
    language::{in_language, page_in_language},
    loss::{self, Content},
    output, roots,
    style::Display,
    workers::Workers,
};

/// The most octets of an expected result; usual ones have some 30 KB.
const MAX_KNOWN_BYTES: usize = 1024 * 1024;

/// Runs the lab, or lists its cases.
pub(crate) fn run(args: &Args, display: &Display) -> Result<Exit, Failure> {
    let host = host(args)?;
    let now = Time::now();
    if args.list {
        return list::list(&args.cases, &host, now);
    }
    let known = args.expect.as_deref().map(known_result).transpose()?;
    refuse_losses(args)?;
    let cases = schedule(args);
    let options = options(args, &host, &cases, display)?;
    let runtime = failure::runtime()?;
    reach(options.forward.as_ref(), args, &runtime)?;
    let listeners = runtime.block_on(listen(args, cases.len()))?;
    let addresses: Result<Vec<_>, _> = listeners.iter().map(TcpListener::local_addr).collect();
    let addresses = addresses.map_err(|error| Failure::new(Exit::Fault, error.to_string()))?;
    let address = addresses.first().map_or(args.listen, |address| *address);
    let authority = anchor::deliver(args, (&host, address.port()), now, display)?;
    announce(args, &host, &addresses, &cases, display);
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
    let interruptible = Interruptible::begin();
    let outcome = runtime.block_on(async {
        let see = |event: &_| watch.see(event, &presentables);
        tokio::select! {
            outcome = session::run(listeners, authority, options, placing, see) => outcome.map(|()| false),
            () = interruptible.interrupted() => Ok(true),
        }
    });
    runtime.shutdown_background();
    drop(interruptible);
    let interrupted = outcome.map_err(|error| unusable(args, &error))?;
    let mut report = watch.report(&cases);
    report.differences = known.map(|known| report::differences(&known, &report));
    // A file that cannot be written does not prevent the other files or the summary.
    let written = [save_hello(args, &report, display), finish(args, &report, display)];
    written.into_iter().collect::<Result<(), _>>()?;
    Ok(exit(report.result(), interrupted))
}

/// The exit code of the command.
fn exit(outcome: Outcome, interrupted: bool) -> Exit {
    match outcome {
        Outcome::Failed => Exit::Untrusted,
        _ if interrupted => Exit::Interrupted,
        Outcome::Passed => Exit::Done,
        Outcome::Incomplete | Outcome::NoDevice => Exit::NoHandshake,
    }
}

/// Writes the device's ClientHello where `--save-hello` says.
fn save_hello(args: &Args, report: &Report, display: &Display) -> Result<(), Failure> {
    let (Some(path), Some(hello)) = (&args.save_hello, &report.hello) else { return Ok(()) };
    let met = |one: &&Judged| one.turn.case.id == "tls10" && one.verdict != Verdict::NotPlayed;
    // A device that refuses every server did not refuse this one because of its version.
    let is_sound = |one: &Judged| one.turn.case.must == Must::Connect;
    let connects = |one: &Judged| is_sound(one) && one.verdict == Verdict::Passed;
    let old = report.judged.iter().find(met).map(|one| one.turn.conduct.trusts());
    let old = old.filter(|accepts| *accepts || report.judged.iter().any(connects));
    let text = saved::write(hello, old);
    output::deliver(&[output::File::new(path, text, Content::Report)], display.quiet)
}

/// Refuses to overwrite a file that would be lost, before waiting for a device.
fn refuse_losses(args: &Args) -> Result<(), Failure> {
    let own = anchor::own_files(&args.dir);
    let mut documents = args.reports.paths().chain(&args.save_hello);
    let constants = args.output.emit.iter().filter_map(|one| one.path.as_ref());
    let outputs = documents.clone().chain(constants).chain(&own).map(PathBuf::as_path);
    let inputs: Vec<_> =
        args.expect.iter().chain(&args.roots.files).map(PathBuf::as_path).collect();
    output::keep_apart(outputs, &inputs, "outputs")?;
    let streamed = args.output.emit.iter().filter(|one| one.path.is_none()).count();
    if streamed + args.reports.streamed() > 1 {
        let hint = "write the others to files: `--emit FORMAT=PATH`, `--report FORM=PATH`";
        return Err(Failure::usage("only one result can go to standard output", hint));
    }
    documents.try_for_each(|path| loss::refuse_loss(path, Content::Report, None))
}

/// Shows text for people: not if a report is on standard output, and on standard error if constants are.
fn show(args: &Args, text: &str) -> Result<(), Failure> {
    if args.reports.streamed() > 0 {
        return Ok(());
    }
    if args.output.emit.iter().any(|one| one.path.is_none()) {
        output::show_on_stderr(text.trim_end());
        return Ok(());
    }
    output::show(text)
}

/// The expected result that `--expect` names.
fn known_result(path: &Path) -> Result<report::Known, Failure> {
    let text = bounded_file::read_given_text(path, MAX_KNOWN_BYTES)
        .map_err(|error| Failure::unreadable(path, error))?;
    report::read_verdicts(&text).map_err(|error| {
        let shown = Foreign::path(path).line();
        let hint = "write one with `certgrab lab --report json=FILE`";
        Failure::file(format!("{shown} is not a result of the lab: {error}"), hint)
    })
}

/// The round to play.
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
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
        let is_of_tls = inner.is_some();
        let hint =
            "give its CA with `--roots FILE`, or write `mqtt://HOST:PORT` if it speaks without TLS";
        let hint = (is_of_tls && args.roots.files.is_empty()).then_some(hint);
        let target = &server.target;
        Failure::new(Exit::NoHandshake, format!("cannot forward to {target}: {why}"))
            .with_hint(hint)
    })
}

fn unusable(args: &Args, error: &std::io::Error) -> Failure {
    let shown = Foreign::path(&args.dir).line();
    Failure::new(Exit::File, format!("cannot play from {shown}: {error}"))
}

/// The name that the device expects.
fn host(args: &Args) -> Result<String, Failure> {
    let address = args.listen.ip();
    match &args.host {
        Some(host) => Ok(host.clone()),
        None if address.is_unspecified() => {
            let hint = "name what the device connects to with `--host NAME`";
            Err(Failure::usage(format!("a device cannot connect to {address}"), hint))
        }
        None if address.is_loopback() => Ok("localhost".to_owned()),
        None => Ok(address.to_string()),
    }
}

/// The cases in order: all of them, or the selected ones between two sound servers.
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
    let formats = args.output.emit.iter().filter_map(|one| one.form.format());
    formats.filter_map(|format| stack::reading(format.name)).collect()
}

async fn listen(args: &Args, count: usize) -> Result<Vec<TcpListener>, Failure> {
    let wanted = if args.ports { count } else { 1 };
    descriptors::allow(wanted + session::MAX_CONNECTIONS);
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
            let is_taken =
                matches!(error.kind(), ErrorKind::AddrInUse | ErrorKind::AddrNotAvailable);
            let hint = is_taken.then_some("choose another with `--listen ADDR:PORT`");
            Failure::new(Exit::File, format!("cannot listen on {address}: {error}")).with_hint(hint)
        })?);
    }
    Ok(listeners)
}

fn announce(
    args: &Args,
    host: &str,
    addresses: &[SocketAddr],
    cases: &[&'static Case],
    display: &Display,
) {
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
        return;
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
}

/// Writes the reports.
fn finish(args: &Args, report: &Report, display: &Display) -> Result<(), Failure> {
    let wanted: Vec<(Form, Option<PathBuf>)> =
        match (args.reports.json, args.reports.report.as_slice()) {
            (true, _) => vec![(Form::Json, None)],
            (false, reports) => reports.iter().map(|one| (one.form, one.path.clone())).collect(),
        };
    let mut written = Vec::new();
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
        written.push(match path {
            Some(path) => {
                output::deliver(&[output::File::new(path, text, Content::Report)], display.quiet)
            }
            None => output::show(&text),
        });
    }
    written.push(show(args, &report::text(report, in_language)));
    written.into_iter().collect()
}
