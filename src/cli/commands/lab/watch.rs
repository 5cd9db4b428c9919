//! Watches what happens in the lab.

use crate::{
    lab::{
        cases::{CASES, Case, Presentable},
        diagnosis,
        hello::{self, ClientHello},
        report::{self, Report},
        session::{Event, Turn},
        verdict::{Judge, Judged},
    },
    text::time::Time,
};

use crate::cli::{args::lab::Args, language::in_language, output, style::Display};

/// How many stray connections are listed.
const MAX_SHOWN_STRAYS: usize = 5;

/// Watches what happens, shows it, and judges it.
pub(super) struct Watch<'a> {
    pub(super) args: &'a Args,
    pub(super) judge: Judge,
    pub(super) host: &'a str,
    pub(super) now: Time,
    pub(super) count: usize,
    pub(super) judged: Vec<Judged>,
    /// How many cases are shown, each after those before it.
    pub(super) shown: usize,
    pub(super) strays: usize,
    pub(super) hello: Option<ClientHello>,
    pub(super) display: &'a Display,
}

impl Watch<'_> {
    pub(super) fn see(&mut self, event: &Event, presentables: &[Presentable]) {
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
        if self.args.ports {
            return self.judge_port(&judged);
        }
        self.judged.push(judged);
        self.show_those_whose_turn_it_is();
    }

    /// A device uses the ports in any order and any number of times: the worst verdict counts.
    fn judge_port(&mut self, judged: &Judged) {
        let place = judged.turn.place;
        let before = self.judged.iter_mut().find(|one| one.turn.place == place);
        match before {
            Some(before) if judged.verdict <= before.verdict => return,
            Some(before) => *before = judged.clone(),
            None => self.judged.push(judged.clone()),
        }
        self.show(judged);
    }

    /// Shows the cases that have no unfinished case before them.
    fn show_those_whose_turn_it_is(&mut self) {
        let next = |place: usize| self.judged.iter().rev().find(|one| one.turn.place == place);
        let mut shown = self.shown;
        while let Some(judged) = next(shown) {
            self.show(judged);
            shown += 1;
        }
        self.shown = shown;
    }

    fn show(&self, judged: &Judged) {
        // A closed pipe ends the table, not the lab.
        let _ = super::show(self.args, &report::line(judged, self.count, in_language));
    }

    pub(super) fn report(mut self, cases: &[&'static Case]) -> Report {
        self.judged.sort_by_key(|one| one.turn.place);
        for place in 0..self.judged.len() {
            let is_shown = self.args.ports || self.judged[place].turn.place < self.shown;
            if self.judge.decide(&mut self.judged[place]) && is_shown {
                self.show(&self.judged[place]);
            }
        }
        if !self.args.ports {
            let waiting = self.judged.iter().filter(|one| one.turn.place >= self.shown);
            waiting.for_each(|one| self.show(one));
        }
        let played: Vec<_> = self.judged.iter().map(|one| one.turn.place).collect();
        let missing = (0..cases.len()).filter(|place| !played.contains(place));
        let missing = missing.map(|place| cases[place].id).collect();
        let findings = diagnosis::findings(&self.judged, self.judge.suspects(), self.host);
        let likeness = self.hello.as_ref().and_then(hello::recognise);
        Report {
            host: self.host.to_owned(),
            anchor: super::anchor::place(self.args),
            judged: self.judged,
            missing,
            findings,
            hello: self.hello,
            likeness,
            strays: self.strays,
            strict: self.args.strict,
            differences: None,
        }
    }
}
