//! The URL schemes, with their default ports and how TLS starts.

use std::fmt;

/// How TLS starts on the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Scheme {
    /// The URL scheme, without the colon.
    pub word: &'static str,
    /// The default port.
    pub port: u16,
    /// The protocol for STARTTLS (RFC 3207 and others), if TLS does not start with the first byte.
    pub starttls: Option<StartTls>,
    /// Whether the user gave it.
    pub is_given: bool,
}

/// A protocol with a command that upgrades a plaintext connection to TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum StartTls {
    /// RFC 3207.
    Smtp,
    /// RFC 3501 section 6.2.1.
    Imap,
    /// RFC 2595 section 4.
    Pop3,
    /// RFC 4217.
    Ftp,
    /// RFC 4511 section 4.14.
    Ldap,
    /// PostgreSQL's SSLRequest message.
    Postgres,
    /// MySQL's SSL connection request packet.
    Mysql,
    /// RFC 6120 section 5.
    Xmpp,
}

/// Schemes with their usual ports (IANA Service Name and Transport Protocol Port Number Registry;
/// `secure-mqtt` is 8883).
pub(crate) const SCHEMES: [Scheme; 22] = [
    tls("https", 443),
    tls("wss", 443),
    tls("mqtts", 8883),
    tls("ssl", 8883),
    tls("tls", 443),
    tls("amqps", 5671),
    tls("ldaps", 636),
    tls("smtps", 465),
    tls("imaps", 993),
    tls("pop3s", 995),
    tls("ftps", 990),
    tls("coaps+tcp", 5684),
    tls("rediss", 6379),
    starttls("smtp", 25, StartTls::Smtp),
    starttls("imap", 143, StartTls::Imap),
    starttls("pop3", 110, StartTls::Pop3),
    starttls("ftp", 21, StartTls::Ftp),
    starttls("ldap", 389, StartTls::Ldap),
    starttls("postgres", 5432, StartTls::Postgres),
    starttls("postgresql", 5432, StartTls::Postgres),
    starttls("mysql", 3306, StartTls::Mysql),
    starttls("xmpp", 5222, StartTls::Xmpp),
];

/// The scheme of a target without one: TLS from the first byte, on the port of HTTPS.
pub(crate) const NO_SCHEME: Scheme = Scheme { is_given: false, ..tls("tls", 443) };

/// Schemes without TLS, with the TLS scheme that the user may have meant.
pub(crate) const PLAIN: [(&str, &str); 7] = [
    ("http", "https"),
    ("mqtt", "mqtts"),
    ("ws", "wss"),
    ("amqp", "amqps"),
    ("tcp", "mqtts"),
    ("redis", "rediss"),
    ("coap+tcp", "coaps+tcp"),
];

/// Schemes of protocols that certgrab cannot speak for the user, each with why, and what to do.
pub(crate) const UNSUPPORTED: [(&str, &str, &str); 12] = [
    (
        "nats",
        "whose server sends INFO before TLS starts, which certgrab does not support",
        "if the server has `handshake_first`, pass `tls://HOST:4222`; else save its chain with \
         another tool and pass it with `--from FILE`",
    ),
    (
        "kafka",
        "which is no URL scheme of Kafka",
        "pass the broker's TLS listener, such as `tls://HOST:9093`",
    ),
    ("coaps", DTLS, "pass `coaps+tcp://HOST` if the server also supports CoAP over TCP with TLS"),
    ("coap", DTLS, "pass `coaps+tcp://HOST` if the server also supports CoAP over TCP with TLS"),
    ("dtls", DTLS, FROM),
    ("quic", "which uses UDP, and certgrab supports only TCP", "pass `https://HOST` for HTTP"),
    (
        "mongodb",
        "which does not show whether the server uses TLS",
        "pass the server's TLS port, such as `tls://HOST:27017`",
    ),
    (
        "mongodb+srv",
        "whose servers are named in SRV records, which certgrab does not query",
        "pass one of the servers, such as `tls://HOST:27017`",
    ),
    ("sqlserver", TDS, FROM),
    ("mssql", TDS, FROM),
    ("ssh", SSH, "compare the server's host key with `ssh-keyscan HOST`"),
    ("sftp", SSH, "pass `ftps://HOST` for FTP with TLS"),
];

const DTLS: &str = "which uses UDP and DTLS, and certgrab supports only TLS";

const TDS: &str = "which starts TLS inside TDS, which certgrab does not support";

const SSH: &str = "which uses SSH and no certificates of X.509";

const FROM: &str = "save the server's chain with another tool and pass it with `--from FILE`";

const fn tls(word: &'static str, port: u16) -> Scheme {
    Scheme { word, port, starttls: None, is_given: true }
}

const fn starttls(word: &'static str, port: u16, protocol: StartTls) -> Scheme {
    Scheme { word, port, starttls: Some(protocol), is_given: true }
}

/// The scheme that `given` begins with, if `://` is incomplete behind it, as in `https:/host` and
/// `https//host`.
pub(crate) fn scheme_alone(given: &str) -> Option<&'static str> {
    let end = given.find([':', '/'])?;
    let (word, rest) = given.split_at(end);
    let scheme = SCHEMES.iter().find(|scheme| scheme.word.eq_ignore_ascii_case(word))?;
    let is_port = |rest: &str| rest.starts_with(|one: char| one.is_ascii_digit());
    let is_incomplete = match rest.strip_prefix(':') {
        Some(rest) => !rest.starts_with("//") && !is_port(rest),
        None => rest.starts_with("//"),
    };
    is_incomplete.then_some(scheme.word)
}

impl StartTls {
    /// The URL scheme of the protocol.
    #[must_use]
    pub fn scheme(self) -> Option<&'static Scheme> {
        SCHEMES.iter().find(|scheme| scheme.starttls == Some(self))
    }
}

impl fmt::Display for StartTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Smtp => "SMTP",
            Self::Imap => "IMAP",
            Self::Pop3 => "POP3",
            Self::Ftp => "FTP",
            Self::Ldap => "LDAP",
            Self::Postgres => "PostgreSQL",
            Self::Mysql => "MySQL",
            Self::Xmpp => "XMPP",
        })
    }
}
