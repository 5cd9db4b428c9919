//! Whether a device did what a sound one does.
//!
//! In: what it did, and the TLS stacks that it may have. Out: a [`Verdict`] for each case. An impostor
//! counts as accepted when it gets data, not when the handshake completes: a client may check the name
//! after the handshake.

use super::cases::{Case, Group, Must, Played, Presentable};
use super::conduct::Conduct;
use super::session::Turn;
use crate::stack::{self, STACKS, Stack};
use crate::text::time::Time;

/// The verdict on a case. The order is by severity: known verdicts take precedence over unknown ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It did what a sound device does.
    Passed,
    /// The case could not be played to this device.
    NotPlayed,
    /// It refused a sound server of a kind that not every library supports.
    Limit,
    /// The handshake is completed, but the device sends nothing to a sound server either: for this case
    /// and library, nothing shows whether it would.
    Undecided,
    /// It accepted a server that it must refuse, as its library does by default.
    ByDefault,
    /// It accepted a server that it must refuse, or refused a sound one.
    Failed,
}

/// A case that was played, with its verdict.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The case and what the device did.
    pub turn: Turn,
    /// The verdict.
    pub verdict: Verdict,
}

/// The facts that verdicts depend on.
#[derive(Debug, Default)]
pub struct Judge {
    /// The stacks that the device may have; empty if they are not known.
    suspects: Vec<&'static Stack>,
    /// What the device did with the first sound server, or with one to which it sent data.
    sound: Option<Conduct>,
}

impl Verdict {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Passed,
        Self::Failed,
        Self::ByDefault,
        Self::Limit,
        Self::Undecided,
        Self::NotPlayed,
    ];

    /// The verdict in one word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::ByDefault => "by-default",
            Self::Limit => "limit",
            Self::Undecided => "undecided",
            Self::NotPlayed => "not-played",
        }
    }

    /// Whether it counts against the device; `strict` counts the defaults of its library too.
    #[must_use]
    pub const fn is_failure(self, strict: bool) -> bool {
        matches!(self, Self::Failed)
            || (strict && matches!(self, Self::ByDefault | Self::Undecided))
    }
}

impl Judge {
    /// The state for a device with one of these stacks, or with an unknown stack.
    #[must_use]
    pub fn of(suspects: Vec<&'static Stack>) -> Self {
        Self { suspects, sound: None }
    }

    /// The stacks that the device may have.
    #[must_use]
    pub fn suspects(&self) -> &[&'static Stack] {
        &self.suspects
    }

    /// Sets the stacks, once the ClientHello has arrived.
    pub fn suspect(&mut self, suspects: Vec<&'static Stack>) {
        if self.suspects.is_empty() {
            self.suspects = suspects;
        }
    }

    /// The verdict on a turn. Turns come in the order in which they end; before a sound server, a
    /// handshake without data is undecided.
    pub fn judge(&mut self, turn: Turn, presented: &Presentable, at: Time) -> Judged {
        let is_known = self.sound.is_some() && !turn.conduct.trusts();
        if turn.case.must == Must::Connect && !is_known {
            self.sound = Some(turn.conduct.clone());
        }
        let verdict = match turn.case.must {
            _ if matches!(turn.conduct, Conduct::Unplayable(_)) => match turn.case.must {
                Must::Connect => Verdict::Failed,
                _ => Verdict::NotPlayed,
            },
            Must::Return => Verdict::Passed,
            Must::Connect if connects(&turn.conduct) => Verdict::Passed,
            Must::Connect => Verdict::Failed,
            Must::Try if connects(&turn.conduct) => Verdict::Passed,
            Must::Try => Verdict::Limit,
            Must::Refuse => self.of_impostor(&turn, presented, at),
        };
        Judged { turn, verdict }
    }

    /// Decides what was undecided, once the device has sent data to a sound server; whether it did.
    pub fn decide(&self, one: &mut Judged) -> bool {
        let is_decided =
            one.verdict == Verdict::Undecided && !self.shows_nothing(&one.turn.conduct);
        if is_decided {
            one.verdict = Verdict::Passed;
        }
        is_decided
    }

    /// Whether the device does no more with a sound server: only its handshake can be observed.
    fn shows_nothing(&self, conduct: &Conduct) -> bool {
        match (conduct, &self.sound) {
            (_, Some(sound)) if sound.trusts() => false,
            (Conduct::Silent { completed: true }, _) => true,
            // With a sound server it keeps the connection open.
            (Conduct::HungUp { completed: true }, Some(Conduct::Silent { completed: true })) => {
                false
            }
            (Conduct::HungUp { completed: true }, _) => true,
            _ => false,
        }
    }

    fn of_impostor(&self, turn: &Turn, presented: &Presentable, at: Time) -> Verdict {
        if self.shows_nothing(&turn.conduct) {
            return Verdict::Undecided;
        }
        if !turn.conduct.trusts() {
            return Verdict::Passed;
        }
        let is_default = |stack: &&&'static Stack| accepts(stack, turn.case, presented, at);
        let suspects: Vec<_> = match self.suspects.as_slice() {
            [] => STACKS.iter().filter(|stack| !stack.accepts_any_issuer()).collect(),
            suspects => suspects.to_vec(),
        };
        match suspects.iter().any(|stack| is_default(&stack)) {
            true => Verdict::ByDefault,
            false => Verdict::Failed,
        }
    }
}

/// Whether a device accepted a sound server.
fn connects(conduct: &Conduct) -> bool {
    conduct.trusts()
        || matches!(
            conduct,
            Conduct::Silent { completed: true } | Conduct::HungUp { completed: true }
        )
}

/// Whether the library accepts the server of `case` with its default settings: by the table of stacks if
/// the chain decides, and by the case if the handshake does.
#[must_use]
pub fn accepts(stack: &Stack, case: &Case, presented: &Presentable, at: Time) -> bool {
    match (case.group, case.played) {
        _ if case.accepted_by.split(',').any(|name| name == stack.name) => true,
        (Group::Possession, _) | (_, Played::FirstMessages(_)) => false,
        _ => {
            let built = &presented.built;
            let sent: Vec<&[u8]> = built.sent.iter().map(Vec::as_slice).collect();
            let anchors: Vec<&[u8]> = built.anchors.iter().map(Vec::as_slice).collect();
            let host = Some(built.host.as_str());
            let question = stack::Question { presented: &sent, anchors: &anchors, host, at };
            stack.judge(&stack::Case::new(question)).connects()
        }
    }
}
