//! `certgrab check` over a repository: many files and many servers.

use std::{
    fs, io,
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use crate::support::{Pki, Server, certgrab};

/// A listener before `server` that hands connections on only once so many have come as it is told
/// to wait for.
struct Gate {
    address: SocketAddr,
    waits_for: Arc<AtomicUsize>,
}

impl Gate {
    fn before(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let waits_for = Arc::new(AtomicUsize::new(1));
        let count = Arc::clone(&waits_for);
        thread::spawn(move || {
            let mut waiting: Vec<TcpStream> = Vec::new();
            for client in listener.incoming() {
                waiting.extend(client);
                if waiting.len() >= count.load(Ordering::SeqCst) {
                    waiting.drain(..).for_each(|client| relay(client, server));
                }
            }
        });
        Self { address, waits_for }
    }
}

fn relay(client: TcpStream, server: SocketAddr) {
    let server = TcpStream::connect(server).unwrap();
    for (mut from, mut to) in
        [(client.try_clone().unwrap(), server.try_clone().unwrap()), (server, client)]
    {
        thread::spawn(move || {
            let _ = io::copy(&mut from, &mut to);
            let _ = to.shutdown(std::net::Shutdown::Write);
        });
    }
}

#[test]
fn the_servers_of_a_manifest_are_asked_at_the_same_time() {
    let pki = Pki::root("Plant Root").leaf("m1.test");
    let server = Server::presenting(&pki);
    let gate = Gate::before(server.address());
    let target = |name: &str| {
        format!(
            "[[target]]\nhost = \"m1.test:8883\"\nconnect = \"{}\"\nroots = \"{}\"\n\
             timeout = 5\nlock = \"{name}.pem\"\n",
            gate.address,
            pki.root_file().display(),
        )
    };
    fs::write(pki.file("certgrab.toml"), target("one") + &target("two")).unwrap();
    certgrab().args(["sync", "--quiet"]).in_folder(pki.folder()).succeeds();
    gate.waits_for.store(2, Ordering::SeqCst);
    let run = certgrab().args(["check"]).in_folder(pki.folder());
    run.succeeds().stderr("certgrab: 2 files checked: 0 errors, 0 warnings, 0 notes\n");
}
