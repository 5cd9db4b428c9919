//! The servers of Debian's packages, each started with a certificate of the test.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use crate::support::{
    Pki, certgrab,
    real::{self, Listener},
};

/// A folder that a server can read under any user.
struct Room {
    folder: tempfile::TempDir,
    has_tls: bool,
}

impl Room {
    fn of(pki: &Pki, has_tls: bool) -> Self {
        let room = Self { folder: tempfile::TempDir::new().expect("a folder"), has_tls };
        fs::copy(pki.chain_file(), room.file("chain.pem")).expect("a certificate");
        fs::copy(pki.key_file(), room.file("key.pem")).expect("a key");
        let everyone = fs::Permissions::from_mode(0o755);
        fs::set_permissions(room.folder.path(), everyone).expect("permissions");
        room
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a configuration in which `{}` is the folder, followed by `tls` if the server uses it.
    fn configure(&self, name: &str, plain: &str, tls: &str) -> PathBuf {
        let text = if self.has_tls { format!("{plain}{tls}") } else { plain.to_owned() };
        let file = self.file(name);
        let folder = self.folder.path().display().to_string();
        fs::write(&file, text.replace("{}", &folder)).expect("a configuration");
        file
    }
}

/// A program with arguments. Debian has its daemons in a folder that is not in every user's path.
fn daemon<A: AsRef<std::ffi::OsStr>>(
    name: &str,
    arguments: impl IntoIterator<Item = A>,
) -> Command {
    let installed = Path::new("/usr/sbin").join(name);
    let mut command =
        if installed.is_file() { Command::new(installed) } else { Command::new(name) };
    command.args(arguments);
    command
}

fn slapd(room: &Room, port: u16) -> Command {
    let tls = "TLSCertificateFile {}/chain.pem\nTLSCertificateKeyFile {}/key.pem\n";
    let file = room.configure("slapd.conf", "pidfile {}/slapd.pid\n", tls);
    let mut command =
        daemon("slapd", ["-d", "0", "-h", &format!("ldap://127.0.0.1:{port}/"), "-f"]);
    command.arg(file);
    command
}

/// For IMAP on `imap`, and for POP3 on `pop3`; a port of 0 disables it.
fn dovecot(room: &Room, imap: u16, pop3: u16) -> Command {
    let name = Command::new("id").arg("-un").output().expect("id runs").stdout;
    let own = String::from_utf8(name).expect("a name");
    let login = if real::is_root() { "nobody" } else { own.trim() };
    let plain = format!(
        "base_dir = {{}}/run\nstate_dir = {{}}/state\nlog_path = {{}}/log\n\
         protocols = imap pop3\nlisten = 127.0.0.1\n\
         default_internal_user = {}\ndefault_login_user = {login}\n\
         passdb {{\n driver = static\n args = nopassword=y\n}}\n\
         service anvil {{\n chroot =\n}}\n\
         service imap-login {{\n chroot =\n inet_listener imap {{\n port = {imap}\n }}\n \
         inet_listener imaps {{\n port = 0\n }}\n}}\n\
         service pop3-login {{\n chroot =\n inet_listener pop3 {{\n port = {pop3}\n }}\n \
         inet_listener pop3s {{\n port = 0\n }}\n}}\n\
         ssl = {}\n",
        own.trim(),
        if room.has_tls { "yes" } else { "no" }
    );
    let tls = "ssl_cert = <{}/chain.pem\nssl_key = <{}/key.pem\n";
    let file = room.configure("dovecot.conf", &plain, tls);
    let mut command = daemon("dovecot", ["-F", "-c"]);
    command.arg(file);
    command
}

fn dovecot_for_imap(room: &Room, port: u16) -> Command {
    dovecot(room, port, 0)
}

fn dovecot_for_pop3(room: &Room, port: u16) -> Command {
    dovecot(room, 0, port)
}

fn exim(room: &Room, port: u16) -> Command {
    let plain = format!(
        "daemon_smtp_ports = {port}\nlocal_interfaces = 127.0.0.1\nspool_directory = {{}}/spool\n\
         log_file_path = {{}}/spool/log-%s\npid_file_path = {{}}/exim.pid\nprimary_hostname = plc.test\n\
         keep_environment =\n"
    );
    let tls =
        "tls_advertise_hosts = *\ntls_certificate = {}/chain.pem\ntls_privatekey = {}/key.pem\n";
    let plain = if room.has_tls { plain } else { plain + "tls_advertise_hosts =\n" };
    let file = room.configure("exim.conf", &plain, tls);
    let mut command = daemon("exim4", ["-bdf", "-C"]);
    command.arg(file);
    command
}

fn vsftpd(room: &Room, port: u16) -> Command {
    let launching = if real::is_root() { "NO" } else { "YES" };
    let empty = room.file("empty");
    fs::create_dir_all(&empty).expect("a folder");
    let plain = format!(
        "listen=YES\nlisten_address=127.0.0.1\nlisten_port={port}\nbackground=NO\n\
         anonymous_enable=YES\nrun_as_launching_user={launching}\nsecure_chroot_dir={{}}/empty\n"
    );
    let tls = "ssl_enable=YES\nallow_anon_ssl=YES\nssl_ciphers=HIGH\n\
               rsa_cert_file={}/chain.pem\nrsa_private_key_file={}/key.pem\n";
    daemon("vsftpd", [room.configure("vsftpd.conf", &plain, tls)])
}

/// Without its tables, which only a login needs.
fn mariadb(room: &Room, port: u16) -> Command {
    let data = room.file("data");
    fs::create_dir_all(&data).expect("a folder");
    let mut command = daemon("mariadbd", ["--no-defaults", "--skip-grant-tables"]);
    command.args(["--skip-innodb", "--default-storage-engine=MyISAM", "--bind-address=127.0.0.1"]);
    command.arg(format!("--port={port}"));
    let mut option = |name: &str, file: &str| {
        command.arg(format!("--{name}={}", room.file(file).display()));
    };
    option("datadir", "data");
    option("socket", "socket");
    option("pid-file", "pid");
    if room.has_tls {
        option("ssl-cert", "chain.pem");
        option("ssl-key", "key.pem");
    }
    if real::is_root() {
        command.arg("--user=root");
    }
    command
}

fn prosody(room: &Room, port: u16) -> Command {
    fs::create_dir_all(room.file("certs")).expect("a folder");
    let modules = if room.has_tls { "enabled" } else { "disabled" };
    let file = room.configure(
        "prosody.cfg.lua",
        &format!(
            "pidfile = \"{{}}/prosody.pid\"\ndata_path = \"{{}}\"\nrun_as_root = true\n\
             log = {{ error = \"{{}}/log\" }}\nmodules_{modules} = {{ \"tls\" }}\n\
             c2s_ports = {{ {port} }}\nc2s_interfaces = {{ \"127.0.0.1\" }}\ns2s_ports = {{}}\n"
        )
        .replace("s2s_ports = {}", "s2s_ports = { }"),
        "ssl = { certificate = \"{}/chain.pem\", key = \"{}/key.pem\" }\n",
    );
    let mut text = fs::read_to_string(&file).expect("the configuration");
    text.push_str("VirtualHost \"plc.test\"\n");
    fs::write(&file, text).expect("the configuration");
    let mut command = daemon("prosody", ["-F", "--config"]);
    command.arg(file);
    command
}

/// Reads the server's chain by its scheme and by the option; then expects the error `without` from a server
/// without TLS.
fn is_read(scheme: &str, program: &str, start: fn(&Room, u16) -> Command, without: &str) {
    if !real::program(program) {
        return;
    }
    let pki = Pki::root("Plant Root").intermediate("Issuing").leaf("plc.test");
    let room = Room::of(&pki, true);
    let server = Listener::start(|port| start(&room, port));
    let place = format!("127.0.0.1:{}", server.port());
    let by_scheme = vec![format!("{scheme}://plc.test")];
    let by_option = vec!["plc.test".to_owned(), "--starttls".to_owned(), scheme.to_owned()];
    for arguments in [&by_scheme, &by_option] {
        let document = certgrab()
            .args(["--json", "--connect", &place])
            .trusting(pki.root_file())
            .args(arguments)
            .succeeds()
            .json();
        assert_eq!(document["target"]["starttls"], scheme, "{arguments:?}");
        assert_eq!(document["handshake"]["key_possession"], "proven", "{arguments:?}");
        assert_eq!(document["anchor"]["subject"], "CN=Plant Root", "{arguments:?}");
    }
    drop(server);

    let room = Room::of(&pki, false);
    let server = Listener::start(|port| start(&room, port));
    let place = format!("127.0.0.1:{}", server.port());
    let outcome = certgrab().args(&by_scheme).args(["--connect", &place]).fails_with(3);
    outcome.stdout("").stderr(&format!("certgrab: error: the server {without}\n"));
}

#[test]
fn a_real_slapd_is_read() {
    is_read("ldap", "slapd", slapd, "speaks LDAP but does not offer TLS");
}

#[test]
fn a_real_dovecot_is_read_by_imap() {
    let without = "refuses TLS in IMAP; it answered `a1 BAD TLS support isn't enabled.`";
    is_read("imap", "dovecot", dovecot_for_imap, without);
}

#[test]
fn a_real_dovecot_is_read_by_pop3() {
    let without = "refuses TLS in POP3; it answered `-ERR TLS support isn't enabled.`";
    is_read("pop3", "dovecot", dovecot_for_pop3, without);
}

#[test]
fn a_real_exim_is_read() {
    if !real::is_root() {
        return real::skip("root, which exim4 requires");
    }
    is_read("smtp", "exim4", exim, "speaks SMTP but does not offer TLS");
}

#[test]
fn a_real_vsftpd_is_read() {
    let without = "refuses TLS in FTP; it answered `530 Please login with USER and PASS.`";
    is_read("ftp", "vsftpd", vsftpd, without);
}

#[test]
fn a_real_mariadb_is_read() {
    is_read("mysql", "mariadbd", mariadb, "speaks MySQL but does not offer TLS");
}

#[test]
fn a_real_prosody_is_read() {
    let without = "refuses TLS in XMPP; it answered `<undefined-condition \
                   xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>`";
    is_read("xmpp", "prosody", prosody, without);
}
