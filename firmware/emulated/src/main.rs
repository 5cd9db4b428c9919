//! The firmware's core on the ESP32-C3's instruction set, under QEMU.
//!
//! In: the generated anchor, and a UART that QEMU connects to the broker's TCP port. Out: one
//! heartbeat that the broker acknowledged and exit code 0, or mbedTLS's reason and exit code 1.
//!
//! As on the chip: the instruction set, the TLS library, the constant and the core. Different: the
//! network is a UART, and the random numbers are the host's. The machine has no real-time clock, so
//! the image does not check the dates of a certificate, like an ESP32 with ESP-IDF's default settings.
#![no_std]
#![no_main]

extern crate alloc;

mod board;
mod libc;
mod link;

use alloc::ffi::CString;
use board::{Random, Uart, now};
use core::{ffi::CStr, fmt};
use firmware_core::{
    agent::{Agent, End, Signal, Step},
    anchor::{BROKER_ROOT_CA_CSTR, BROKER_ROOT_CA_HOST},
    topics::Topics,
    trouble::Trouble,
};
use link::Link;
use mbedtls_rs::{Certificate, ClientSessionConfig, SessionConfig, Tls, X509, blocking::Session};
use semihosting::{eprintln, println};

#[riscv_rt::entry]
fn main() -> ! {
    board::start();
    let code = match run() {
        Ok(()) => 0,
        Err(problem) => {
            eprintln!("refused: {problem}");
            1
        }
    };
    semihosting::process::exit(code)
}

/// Connects once and sends one heartbeat.
fn run() -> Result<(), Problem> {
    static mut RANDOM: Random = Random;
    // SAFETY: this function runs once, and nothing else can access the static.
    let random = unsafe { &mut *(&raw mut RANDOM) };
    let tls = Tls::new(random).map_err(|_| Problem("mbedTLS does not start", 0))?;

    let name = CString::new(BROKER_ROOT_CA_HOST).map_err(|_| Problem("the broker's name", 0))?;
    let config = session(&name)?;
    let mut session = Session::new(tls.reference(), Uart, &config)
        .map_err(|_| Problem("no memory for a session", 0))?;
    if session.connect().is_err() {
        let flags = session.tls_verification_details();
        println!("trouble: {}", Trouble::of_verify_flags(flags));
        return Err(Problem("no TLS handshake", flags));
    }
    println!("tls: {BROKER_ROOT_CA_HOST} proved its name over {:?}", session.tls_version());

    let topics = Topics::of("c3").map_err(|_| Problem("the device's name", 0))?;
    let mut agent = Agent::new(topics).until(1);
    agent.begin(now());
    let mut link = Link::open(session).map_err(|_| Problem("no MQTT", 0))?;
    let mut signal = None;
    loop {
        let step = agent.step(&mut link, now(), signal.take());
        match step.map_err(|_| Problem("cannot send a message", 0))? {
            Step::End(End::Done) => break,
            Step::End(_) => return Err(Problem("the broker closed the connection", 0)),
            Step::Wait(wait) => {
                if let Some(event) = link.next_event(now() + wait) {
                    let event = embedded_svc::mqtt::client::Event::payload(&event);
                    println!("mqtt: {event}");
                    signal = Signal::of(&event, agent.topics());
                }
            }
        }
    }
    println!("{} heartbeat has arrived", agent.arrived());
    link.close();
    Ok(())
}

/// A session that trusts only the anchor.
fn session(name: &CStr) -> Result<SessionConfig<'_>, Problem> {
    let anchor = Certificate::new(X509::PEM(BROKER_ROOT_CA_CSTR))
        .map_err(|_| Problem("mbedTLS cannot read the anchor", 0))?;
    Ok(SessionConfig::Client(ClientSessionConfig {
        ca_chain: Some(anchor),
        server_name: Some(name),
        ..ClientSessionConfig::new()
    }))
}

/// What failed, and mbedTLS's verification flags, 0 if there are none.
struct Problem(&'static str, u32);

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(what, flags) = *self;
        match flags {
            0 | u32::MAX => f.write_str(what),
            flags => write!(f, "{what}, verification flags 0x{flags:X}"),
        }
    }
}
