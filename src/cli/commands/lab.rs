//! `certgrab lab`: servers, sound and faulty, and a verdict on what the device did with each.

use std::{fmt::Write as _, net::SocketAddr, path::PathBuf, time::Duration};

use crate::{
    chain::Presented,
    endpoint::Target,
    judge::path::Question,
    lab::{
        authority::Authority,
        cases::{CASES, Case, Must, Presentable},
        diagnosis,
        hello::{self, ClientHello},
        report::{self, Outcome, Report},
        session::{self, Event, Options, Round, Turn},
        speak::Forward,
        verdict::{self, Judge, Judged},
    },
    output::emit::{self, Identifier},
    run::{grab, pack},
    stack::{self, STACKS, Stack},
    text::{foreign::Foreign, time::Time},
    trust::store::{Source, Store},
    x509::certificate::Certificate,
};
use tokio::net::TcpListener;

use crate::cli::{
    args::{
        Form as EmitForm,
        lab::{Args, Form},
    },
    failure::{self, Exit, Failure},
    output, proof,
    style::Display,
};

/// The anchor in the lab's folder.
const ANCHOR: &str = "ca.pem";

/// What an anchor of the lab is called where it came from.
const SOURCE: &str = "certgrab lab";

/// How many strays are named one by one.
const MAX_SHOWN_STRAYS: usize = 5;

/// Runs the lab, or lists its cases.
pub(crate) fn run(args: &Args, display: &Display) -> Result<Exit, Failure> {
    let host = host(args)?;
    let now = Time::now();
    if args.list {
        return list(&host, now);
    }
    let authority = authority(args, now, display)?;
    deliver_anchor(args, &authority, &host, now, display)?;
    let forward = args.forward.as_ref().map(Forward::to).transpose();
    let forward = forward.map_err(|error| Failure::new(Exit::Fault, error.to_string()))?;
    let cases = schedule(args);
    let options = Options {
        host: host.clone(),
        cases: cases.clone(),
        ports: args.ports,
        wait: Duration::from_secs(args.wait.get().into()),
        forward,
    };
    let runtime = failure::runtime()?;
    let listeners = runtime.block_on(listen(args, cases.len()))?;
    announce(args, &host, &listeners, &cases, display)?;
    let judge = Judge::of(stacks_of(args));
    let mut watch = Watch {
        args,
        judge,
        host: &host,
        now,
        count: cases.len(),
        judged: Vec::new(),
        strays: 0,
        hello: None,
        display,
    };
    let presented = |case: &Case| authority.present(case, &host);
    let presentables: Result<Vec<Presentable>, _> = CASES.iter().map(presented).collect();
    let presentables = presentables.map_err(|error| unusable(args, &error))?;
    let round = runtime.block_on(async {
        tokio::select! {
            round = session::run(listeners, authority, options, |event| watch.see(event, &presentables)) => {
                round.map(Some)
            }
            _ = tokio::signal::ctrl_c() => Ok(None),
        }
    });
    runtime.shutdown_background();
    let round = round.map_err(|error| unusable(args, &error))?;
    let interrupted = round.is_none();
    let report = watch.report(round, &cases);
    finish(args, &report, display)?;
    if interrupted && report.result() != Outcome::Failed {
        return Ok(Exit::Interrupted);
    }
    Ok(match report.result() {
        Outcome::Passed => Exit::Done,
        Outcome::Failed => Exit::Untrusted,
        Outcome::Incomplete | Outcome::NoDevice => Exit::NoHandshake,
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
        EmitForm::Document | EmitForm::Template(_) => None,
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
    let mut files = vec![(args.dir.join(ANCHOR), anchor.pem().into_bytes())];
    for emission in &args.emit {
        let EmitForm::Certificates(format) = &emission.form else {
            return Err(Failure::new(
                Exit::Usage,
                "the lab's anchor is written in formats of `certgrab formats`",
            ));
        };
        let question = Question { name: &options.wanted_name(&target), at: now, work: &grab.work };
        proof::prove_for(format.name, "", &grab.presented, &bundle, question, display)?;
        let data = emit::render(&bundle, *format, &name).map_err(|error| {
            Failure::new(Exit::Usage, error.to_string()).with_hint(error.hint())
        })?;
        match &emission.path {
            Some(path) => files.push((path.clone(), data)),
            None => output::write(&data)?,
        }
    }
    let files: Vec<_> = files.iter().map(|(path, data)| (path.as_path(), data.clone())).collect();
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
    output::say(format_args!(
        "listening on {address} as {host}: {} cases, one for each connection; Ctrl-C stops",
        cases.len()
    ));
    Ok(())
}

/// Sees what happens, shows it, and judges it.
struct Watch<'a> {
    args: &'a Args,
    judge: Judge,
    host: &'a str,
    now: Time,
    count: usize,
    judged: Vec<Judged>,
    strays: usize,
    hello: Option<ClientHello>,
    display: &'a Display,
}

impl Watch<'_> {
    fn see(&mut self, event: &Event, presentables: &[Presentable]) {
        match event {
            Event::Hello(hello) => {
                if self.hello.is_none() {
                    let like = hello::recognise(hello);
                    self.judge.suspect(like.map(|like| like.stacks).unwrap_or_default());
                    self.hello = Some(ClientHello::clone(hello));
                }
            }
            Event::Turn(turn) => self.judge(turn, presentables),
            Event::Stray(from, why) => {
                self.strays += 1;
                if self.strays <= MAX_SHOWN_STRAYS && !self.display.quiet {
                    output::say(format_args!("a connection from {from} counts for no case: {why}"));
                }
            }
            Event::Failed(_) => {}
        }
    }

    fn judge(&mut self, turn: &Turn, presentables: &[Presentable]) {
        let place = CASES.iter().position(|case| case.id == turn.case.id).unwrap_or_default();
        let judged = self.judge.judge(turn.clone(), &presentables[place], self.now);
        let to_screen = !self.args.json && !self.args.report.iter().any(|one| one.path.is_none());
        if to_screen {
            // A closed pipe ends the table, not the lab.
            let _ = output::show(&report::line(&judged, self.count));
        }
        self.judged.push(judged);
    }

    fn report(mut self, round: Option<Round>, cases: &[&'static Case]) -> Report {
        self.judged.sort_by_key(|one| one.turn.place);
        let played: Vec<_> = self.judged.iter().map(|one| one.turn.place).collect();
        let missing = (0..cases.len()).filter(|place| !played.contains(place));
        let missing = missing.map(|place| cases[place].id).collect();
        let findings = diagnosis::findings(&self.judged, self.judge.suspects(), self.host);
        let likeness = self.hello.as_ref().and_then(hello::recognise);
        Report {
            host: self.host.to_owned(),
            judged: self.judged,
            missing,
            findings,
            hello: self.hello,
            likeness,
            strays: round.map_or(self.strays, |round| round.strays),
            strict: self.args.strict,
        }
    }
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
                    .map(|one| report::line(one, report.judged.len()))
                    .collect::<String>()
                    + &report::text(report)
            }
            Form::Json | Form::Junit | Form::Sarif | Form::Html => report::text(report),
        };
        match path {
            Some(path) => output::deliver(&[(path, text.into_bytes())], display.quiet)?,
            None => output::show(&text)?,
        }
    }
    if !is_shown {
        output::show(&report::text(report))?;
    }
    Ok(())
}

/// Lists the cases.
fn list(host: &str, now: Time) -> Result<Exit, Failure> {
    let folder = tempfile::tempdir()
        .map_err(|error| Failure::new(Exit::File, format!("no temporary folder: {error}")))?;
    let authority = Authority::in_folder(folder.path(), now)
        .map_err(|error| Failure::new(Exit::File, error.to_string()))?;
    let mut out = String::new();
    for case in CASES {
        let must = match case.must {
            Must::Connect => "must connect",
            Must::Try => "may connect",
            Must::Refuse => "must refuse",
            Must::Return => "must return",
        };
        let _ = write!(out, "{:20}  {must:12}  {}", case.id, case.title);
        let _ =
            if case.rule.is_empty() { writeln!(out) } else { writeln!(out, " ({})", case.rule) };
        if case.must == Must::Refuse {
            let presented = authority
                .present(case, host)
                .map_err(|error| Failure::new(Exit::File, error.to_string()))?;
            let accepting: Vec<_> = STACKS
                .iter()
                .filter(|stack| verdict::accepts(stack, case, &presented, now))
                .map(|stack| stack.name)
                .collect();
            if !accepting.is_empty() {
                let _ = writeln!(out, "{:36}accepted by default: {}", "", accepting.join(", "));
            }
        }
    }
    output::show(&out)?;
    Ok(Exit::Done)
}
