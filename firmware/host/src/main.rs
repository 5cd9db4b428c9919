//! The firmware on a PC: the core that runs on the ESP32, over mbedTLS 3.6 and a TCP socket.
//!
//! In: a broker's URL; the anchor is compiled in. Out: the log of the connection on standard output,
//! and an exit code: 0 after the broker has acknowledged `--beats` heartbeats, 1 after `--attempts`
//! failed connections. Without these options it runs until it is stopped, like the device.

mod cli;
mod failure;
mod link;
mod socket;
mod tls;

use clap::Parser as _;
use cli::Arguments;
use firmware_core::{
    agent::{Agent, End},
    anchor,
    backoff::Backoff,
    run::run,
    trouble::Trouble,
};
use std::{
    error::Error,
    process::ExitCode,
    thread,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match connect_repeatedly(&arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("host: error: {error}");
            ExitCode::from(2)
        }
    }
}

/// Connects, and reconnects after each failure, until the heartbeats are sent or the attempts used up.
fn connect_repeatedly(arguments: &Arguments) -> Result<ExitCode, Box<dyn Error>> {
    let started = Instant::now();
    let mut agent = arguments.agent()?;
    let settings = arguments.settings(started)?;
    let mut tls = tls::start()?;
    let mut backoff = Backoff::new();

    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    println!(
        "anchor: grabbed from {}:{}, {} days left",
        anchor::BROKER_ROOT_CA_HOST,
        anchor::BROKER_ROOT_CA_PORT,
        anchor::days_left(now.try_into()?),
    );
    for attempt in 1.. {
        let trouble = match once(&settings, &mut tls, &mut agent, &mut backoff, started)? {
            Ended::Done => return Ok(ExitCode::SUCCESS),
            Ended::Restart => {
                println!("restarting, as commanded");
                continue;
            }
            Ended::Trouble(trouble) => trouble,
        };
        println!("trouble: {trouble}");
        if arguments.attempts.is_some_and(|attempts| attempt >= attempts) {
            break;
        }
        if trouble == Trouble::Clock {
            println!("clock: a device would set it by SNTP now; on this PC the system sets it");
        }
        let wait = backoff.after(trouble, rand::random());
        println!("next attempt in {:.1} s", wait.as_secs_f64());
        thread::sleep(wait);
    }
    Ok(ExitCode::FAILURE)
}

/// How one connection ended.
enum Ended {
    Done,
    Restart,
    Trouble(Trouble),
}

/// Runs one connection and returns how it ended.
fn once(
    settings: &link::Settings,
    tls: &mut tls::Tls,
    agent: &mut Agent,
    backoff: &mut Backoff,
    started: Instant,
) -> Result<Ended, Box<dyn Error>> {
    let arrived = agent.arrived();
    let end = thread::scope(|scope| {
        let (client, mut connection) = link::open(scope, settings, tls)?;
        let end = run(client, &mut connection, agent, started)?;
        Ok::<_, Box<dyn Error>>((end, connection.failure()))
    });
    let (end, failure) = end?;
    if agent.arrived() > arrived {
        println!("{} heartbeats have arrived", agent.arrived());
        backoff.reset();
    }
    Ok(match end {
        End::Done => Ended::Done,
        End::Restart => Ended::Restart,
        End::NotConnected | End::Disconnected => {
            if let Some(failure) = &failure {
                println!("refused: {failure}");
            }
            Ended::Trouble(failure.map_or(Trouble::Network, |failure| failure.trouble()))
        }
    })
}
