//! Compares certgrab with `openssl s_client`, against the same `openssl s_server` on loopback:
//! `cargo bench --bench against_openssl`, and a number of rounds after `--` if it is not 15.
//!
//! Each command runs once per round, in turn, so that other load on the machine affects all of them
//! equally. The table has medians, and ratios within a round. Without openssl there is no table. Set
//! `CERTGRAB` to measure another binary than the one just built.

mod pki;

use std::{
    fs,
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use wait4::Wait4 as _;

use self::pki::Pki;

/// The default number of rounds.
const ROUNDS: usize = 15;

/// The number of targets in the list: loopback addresses of the same server.
const TARGETS: usize = 500;

/// The cost of one run of a command.
#[derive(Clone, Copy)]
struct Cost {
    wall: f64,
    cpu: f64,
    /// The largest resident set, in KiB.
    memory: f64,
}

/// A command to measure, and its number of targets.
struct Contender {
    name: &'static str,
    command: String,
    targets: usize,
}

fn main() {
    if Command::new("openssl").arg("version").output().is_err() {
        println!("openssl is not installed");
        return;
    }
    let rounds = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(ROUNDS);
    let folder = tempfile::TempDir::new().expect("a folder");
    certificates(folder.path());
    let port = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("it").port();
    let mut server = serve(folder.path(), port);
    measure(&contenders(folder.path(), port), rounds.max(1));
    server.kill().and_then(|()| server.wait()).expect("the server ends");
}

/// Writes a root, an intermediate and a leaf for `bench.test`, with the leaf's key.
fn certificates(folder: &Path) {
    let (pki, key) = (Pki::new(), pki::new_key());
    let write = |name: &str, text: String| fs::write(folder.join(name), text).expect("a file");
    write("root.pem", pki.root.pem());
    write("intermediate.pem", pki.intermediate.pem());
    write("leaf.pem", pki.leaf("Bench Leaf", &key).pem());
    write("leaf.key", key.serialize_pem());
}

/// Starts the server and waits until it listens.
fn serve(folder: &Path, port: u16) -> Child {
    let server = Command::new("openssl")
        .args(["s_server", "-quiet", "-num_tickets", "0", "-cert", "leaf.pem", "-key", "leaf.key"])
        .args(["-cert_chain", "intermediate.pem", "-accept", &port.to_string()])
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("openssl starts");
    let begin = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(begin.elapsed() < Duration::from_secs(10), "openssl s_server does not listen");
        thread::sleep(Duration::from_millis(20));
    }
    server
}

fn contenders(folder: &Path, port: u16) -> Vec<Contender> {
    let list: String =
        (0..TARGETS).map(|at| format!("127.0.{}.{}:{port}\n", at / 250, at % 250 + 1)).collect();
    let (list_file, root) = (folder.join("list"), folder.join("root.pem"));
    fs::write(&list_file, list).expect("a list");
    let built = std::env::var("CERTGRAB");
    let built = built.as_deref().unwrap_or(env!("CARGO_BIN_EXE_certgrab"));
    let certgrab = format!("{built} --roots {} --sni bench.test", root.display());
    let openssl =
        format!("openssl s_client -servername bench.test -showcerts -CAfile {}", root.display());
    let without =
        "openssl s_client -servername bench.test -showcerts -no-CAfile -no-CApath -no-CAstore";
    let list = list_file.display();
    let one = |name, command: String| Contender {
        name,
        command: format!("exec {command} </dev/null"),
        targets: 1,
    };
    let many = |name, command| Contender { name, command, targets: TARGETS };
    vec![
        one(
            "openssl, the system's roots",
            format!("openssl s_client -servername bench.test -showcerts -connect 127.0.0.1:{port}"),
        ),
        one("openssl, one root", format!("{openssl} -connect 127.0.0.1:{port}")),
        one("openssl, no roots", format!("{without} -connect 127.0.0.1:{port}")),
        one("certgrab", format!("{certgrab} 127.0.0.1:{port} --emit pem")),
        one("certgrab --version", format!("{built} --version")),
        one("true", "true".to_owned()),
        many("openssl through xargs", format!("xargs -P 4 -I% {without} -connect % <{list}")),
        many("certgrab --hosts", format!("exec {certgrab} --hosts {list} --jobs 16 --quiet")),
    ]
}

/// Runs the commands in turn and prints the table.
fn measure(contenders: &[Contender], rounds: usize) {
    let mut costs: Vec<Vec<Cost>> = vec![Vec::new(); contenders.len()];
    // The first round only warms up the caches.
    for round in 0..=rounds {
        for (contender, costs) in contenders.iter().zip(&mut costs) {
            let cost = run(contender);
            if round > 0 {
                costs.push(cost);
            }
        }
    }
    println!("| command | wall, ms | CPU, ms | memory, MB | wall to openssl | CPU to openssl |");
    println!("| --- | --- | --- | --- | --- | --- |");
    for (contender, own) in contenders.iter().zip(&costs) {
        let first = contenders.iter().position(|one| one.targets == contender.targets);
        let theirs = &costs[first.unwrap_or(0)];
        let targets = contender.targets as f64;
        let ratio = |part: fn(&Cost) -> f64| {
            median(own.iter().zip(theirs).map(|(own, their)| part(own) / part(their)).collect())
        };
        println!(
            "| {} | {:.2} | {:.2} | {:.1} | {:.3} | {:.3} |",
            contender.name,
            median(own.iter().map(|cost| cost.wall).collect()) * 1e3 / targets,
            median(own.iter().map(|cost| cost.cpu).collect()) * 1e3 / targets,
            median(own.iter().map(|cost| cost.memory).collect()) / 1024.0,
            ratio(|cost| cost.wall),
            ratio(|cost| cost.cpu)
        );
    }
    println!(
        "\nMedians of {rounds} rounds. The last two rows are per target, for {TARGETS} targets."
    );
}

fn run(contender: &Contender) -> Cost {
    let begin = Instant::now();
    let mut child = Command::new("sh")
        .args(["-c", &contender.command])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("sh starts");
    let used = child.wait4().expect("it ends");
    let seconds = |time: Duration| time.as_secs_f64();
    Cost {
        wall: begin.elapsed().as_secs_f64(),
        cpu: seconds(used.rusage.utime) + seconds(used.rusage.stime),
        memory: used.rusage.maxrss as f64 / 1024.0,
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
