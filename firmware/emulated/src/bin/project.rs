//! The TLS and MQTT of `certgrab new esp-hal` on the ESP32-C3's instruction set, under QEMU.
//!
//! In: the generated anchor, and a UART that QEMU connects to the broker's TCP port. Out: heartbeats
//! and the received messages for [`TALK`], then exit code 0; or the project's error and exit code 1.
//!
//! It compiles `tls.rs`, `talk.rs` and `mqtt.rs` of the project, but not its Wi-Fi and network code,
//! because QEMU does not emulate the radio.
#![no_std]
#![no_main]

extern crate alloc;

#[path = "../board.rs"]
mod board;
#[path = "../libc.rs"]
mod libc;
#[path = "../../../../templates/project/esp-hal/mqtt/talk.rs"]
mod talk;
#[path = "../../../../templates/project/esp-hal/tls.rs"]
mod tls;

use alloc::{ffi::CString, format, string::String};
use board::{Random, Uart};
use core::{
    convert::Infallible,
    future::{Future, poll_fn},
    pin::pin,
    task::{Context, Poll, Waker},
};
use embassy_time::{Duration, with_timeout};
use embassy_time_driver::Driver;
use embedded_io::{ErrorType, Read as _, Write as _};
use mbedtls_rs::{
    Tls,
    io::{Read, Write},
};
use semihosting::{eprintln, println};

/// How long the session lasts: longer than a broker takes to forward the first message.
const TALK: Duration = Duration::from_secs(3);

/// The broker and its anchor, under the names that the project uses.
mod server_root_ca {
    pub use firmware_core::anchor::{
        BROKER_ROOT_CA_CSTR as SERVER_ROOT_CA_CSTR, BROKER_ROOT_CA_HOST as SERVER_ROOT_CA_HOST,
    };
}

/// Replaces the project's `identity.rs`: this device has no client certificate.
mod identity {
    pub const DEVICE: Option<(&core::ffi::CStr, &core::ffi::CStr)> = None;
}

/// Replaces the project's `config.rs`, which reads these from the environment.
mod config {
    pub const DEVICE_NAME: &str = "c3";
    pub const MQTT_USER: Option<&str> = None;
    pub const MQTT_PASSWORD: Option<&str> = None;
}

#[riscv_rt::entry]
fn main() -> ! {
    board::start();
    // SAFETY: there is only one thread, and nothing has logged yet. The safe functions need atomic
    // instructions, which the chip does not have.
    unsafe {
        log::set_logger_racy(&Console).expect("there is one logger");
        log::set_max_level_racy(log::LevelFilter::Info);
    }
    let code = match block_on(run()) {
        Ok(()) => 0,
        Err(problem) => {
            eprintln!("refused: {problem}");
            1
        }
    };
    semihosting::process::exit(code)
}

/// Connects once, and keeps the session open for [`TALK`].
async fn run() -> Result<(), String> {
    static mut RANDOM: Random = Random;
    // SAFETY: this function runs once, and nothing else can access the static.
    let random = unsafe { &mut *(&raw mut RANDOM) };
    let tls = Tls::new(random).map_err(|error| format!("mbedTLS does not start: {error:?}"))?;
    let host = CString::new(server_root_ca::SERVER_ROOT_CA_HOST).map_err(|_| "the name")?;
    let session = tls::connect(tls.reference(), Line(Uart), &host).await?;
    match with_timeout(TALK, talk::talk(session)).await {
        Ok(ended) => ended,
        Err(_) => Ok(()),
    }
}

/// Polls `future` in a loop; this machine has no other task.
fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}

/// The UART with asynchronous reads.
struct Line(Uart);

impl ErrorType for Line {
    type Error = Infallible;
}

impl Read for Line {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Infallible> {
        poll_fn(|_| if self.0.readable() { Poll::Ready(()) } else { Poll::Pending }).await;
        self.0.read(buffer)
    }
}

impl Write for Line {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        self.0.write(bytes)
    }

    async fn flush(&mut self) -> Result<(), Infallible> {
        self.0.flush()
    }
}

/// The machine's clock, which counts at 10 MHz.
struct Clock;

embassy_time_driver::time_driver_impl!(static CLOCK: Clock = Clock);

impl Driver for Clock {
    fn now(&self) -> u64 {
        riscv::register::time::read64()
    }

    /// Does nothing: `block_on` polls in a loop.
    fn schedule_wake(&self, _: u64, _: &Waker) {}
}

/// Prints the project's log on QEMU's standard output.
struct Console;

impl log::Log for Console {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        println!("{}", record.args());
    }

    fn flush(&self) {}
}
