//! L3: the core and the constant on the ESP32-C3's instruction set, under QEMU.
//!
//! In: the grabbed lock. Out: cases in which QEMU connects the image's UART to the broker over TCP.
//! The image has no real-time clock, so no case tests dates.

use crate::{
    Bench, Fault,
    broker::Broker,
    observer::Observer,
    pki::Served,
    report::Report,
    tools::{Outcome, debian_cargo, finish, have, have_debian_rust, target_directory, workspace},
};
use std::{
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::Duration,
};

/// The time limit for a build. Building `core` and mbedTLS takes a minute or two.
const BUILD: Duration = Duration::from_secs(1200);

/// Far more than an emulated handshake takes.
const LIMIT: Duration = Duration::from_secs(60);

/// Runs the cases.
pub(crate) fn cases(bench: &Bench, report: &mut Report) -> Result<(), Fault> {
    for tool in ["qemu-system-riscv32", "ld.lld", "clang"] {
        if !have(tool) {
            report.skip("L3", tool);
            return Ok(());
        }
    }
    if !have_debian_rust() {
        report.skip("L3", "Debian's rustc-web, cargo-web and rust-web-src");
        return Ok(());
    }
    let [image, project] = build(&bench.lock)?;
    let connect = |served: &Served| -> Result<Outcome, Fault> {
        let broker = Broker::start(bench.directory.path(), served, None)?;
        run(&image, &broker)
    };
    let pki = &bench.pki;

    report.case("L3: riscv32imc connects over TLS 1.3 and its heartbeat arrives", || {
        let broker = Broker::start(bench.directory.path(), &pki.good, None)?;
        let mut observer = Observer::connect(broker.plain)?;
        run(&image, &broker)?.succeeds(&["Tls1_3", "1 heartbeat has arrived"])?;
        observer.receive("devices/c3/heartbeat", LIMIT)?;
        Ok(())
    });
    report.case("L3: riscv32imc refuses another root", || {
        connect(&pki.other_root)?.fails(&["trouble: the broker's certificate", "flags 0x8"])
    });
    report.case("L3: riscv32imc refuses another name", || {
        connect(&pki.other_name)?.fails(&["trouble: the broker's certificate", "flags 0x4"])
    });
    report.case("L3: riscv32imc connects to a server that moved to a cross-signed root", || {
        connect(&pki.moved)?.succeeds(&["1 heartbeat has arrived"])
    });
    report.case(
        "L3: the project of esp-hal connects, sends heartbeats and receives a command",
        || {
            let broker = Broker::start(bench.directory.path(), &pki.good, None)?;
            let mut observer = Observer::connect(broker.plain)?;
            thread::scope(|scope| {
                let device =
                    scope.spawn(|| run(&project, &broker).map_err(|fault| fault.to_string()));
                observer.receive("devices/c3/heartbeat", LIMIT)?;
                observer.publish("devices/c3/command", "ping")?;
                let outcome = device.join().map_err(|_| "the thread of QEMU panicked")??;
                outcome.succeeds(&["localhost proved its name", "devices/c3/command: ping"])
            })
        },
    );
    for (served, word) in
        [(&pki.other_root, "not signed under the anchor"), (&pki.other_name, "another name")]
    {
        report.case(&format!("L3: the project of esp-hal refuses: {word}"), || {
            let broker = Broker::start(bench.directory.path(), served, None)?;
            run(&project, &broker)?.fails(&["refused: the certificate is", word])
        });
    }
    Ok(())
}

/// Builds the images with the anchor in `lock`: the firmware's core, and the project of esp-hal.
fn build(lock: &Path) -> Result<[PathBuf; 2], Fault> {
    let mut cargo = debian_cargo();
    cargo
        .current_dir(workspace().join("emulated"))
        .args(["build", "--release"])
        .env("CERTGRAB_LOCK", lock);
    finish(&mut cargo, BUILD)?.succeeds(&["Finished `release` profile"])?;
    let folder = target_directory().join("riscv32imc-unknown-none-elf/release");
    Ok(["emulated", "project"].map(|image| folder.join(image)))
}

fn run(image: &Path, broker: &Broker) -> Result<Outcome, Fault> {
    let mut qemu = Command::new("qemu-system-riscv32");
    qemu.args(["-M", "virt", "-m", "64", "-display", "none", "-monitor", "none", "-bios", "none"])
        .args(["-semihosting-config", "enable=on,target=native"])
        .arg("-serial")
        .arg(format!("tcp:127.0.0.1:{}", broker.port))
        .arg("-kernel")
        .arg(image);
    finish(&mut qemu, LIMIT)
}
