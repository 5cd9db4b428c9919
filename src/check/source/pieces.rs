//! Literals that are defined elsewhere under a name: macros and variables that a constant is joined
//! from.
//!
//! In: tokens. Out: [`Pieces`], which appends the value of a name to a constant.

use std::{
    cell::{Cell, RefCell},
    collections::{HashMap, HashSet},
};

use super::{Constant, tokens::Tokens};

/// Literals with a name, by name.
pub(super) struct Pieces<'a> {
    macros: HashMap<&'a str, usize>,
    variables: HashMap<&'a str, usize>,
    /// The first token of each that was appended to a constant.
    joined: RefCell<HashSet<usize>>,
    /// How many more bytes may be joined: as many as all literals have, so that a name that is used
    /// often does not fill the memory.
    budget: Cell<usize>,
}

impl<'a> Pieces<'a> {
    pub(super) fn of(tokens: &Tokens<'a>) -> Self {
        let (mut macros, mut variables) = (HashMap::new(), HashMap::new());
        let mut bytes = 0;
        for at in 0..tokens.len() {
            let Some(literal) = tokens.literal(at) else { continue };
            bytes += literal.bytes.len();
            let word = |back: usize| tokens.word(at.checked_sub(back)?);
            if word(2) == Some("define") {
                macros.extend(word(1).map(|name| (name, at)));
            } else if at > 0 && tokens.is_sign(at - 1, b"=") {
                let is_array = at > 1 && tokens.is_sign(at - 2, b"]");
                let name = if is_array { word(4).or_else(|| word(5)) } else { word(2) };
                variables.extend(name.map(|name| (name, at)));
            }
        }
        let (joined, budget) = (RefCell::default(), Cell::new(bytes));
        Self { macros, variables, joined, budget }
    }

    /// The first token of the value of the macro at `index`, if `index` is a macro.
    fn of_macro(&self, tokens: &Tokens<'a>, index: usize) -> Option<usize> {
        let is_defined_here = index > 0 && tokens.word(index - 1) == Some("define");
        let first = self.macros.get(tokens.word(index)?).copied();
        first.filter(|first| *first < index && !is_defined_here)
    }

    /// Whether a constant begins with the macro at `index` and continues after it.
    pub(super) fn begins(&self, tokens: &Tokens<'a>, index: usize) -> bool {
        let goes_on = tokens.literal(index + 1).is_some()
            || self.of_macro(tokens, index + 1).is_some()
            || tokens.is_sign(index + 1, b"+");
        let is_at_a_place =
            index > 0 && (tokens.is_sign(index - 1, b"=(,{:") || tokens.word(index - 1).is_some());
        goes_on && is_at_a_place && self.of_macro(tokens, index).is_some()
    }

    /// Appends the value of the name at `index` to `constant`; whether it has one. A variable is only
    /// joined with a plus before it.
    pub(super) fn add(&self, tokens: &Tokens<'a>, index: usize, constant: &mut Constant) -> bool {
        let is_added = index > 0 && tokens.is_sign(index - 1, b"+");
        let variable =
            || self.variables.get(tokens.word(index)?).copied().filter(|first| *first < index);
        let first = self.of_macro(tokens, index).or_else(|| variable().filter(|_| is_added));
        let Some(first) = first else { return false };
        let mut at = first;
        while let Some(literal) = tokens.literal(at) {
            let Some(left) = self.budget.get().checked_sub(literal.bytes.len()) else {
                return false;
            };
            self.budget.set(left);
            literal.add_to(&mut constant.bytes, &mut constant.lines);
            at += 1;
        }
        self.joined.borrow_mut().insert(first);
        true
    }

    /// Whether the literal at `index` is a part of another constant.
    pub(super) fn is_joined(&self, index: usize) -> bool {
        self.joined.borrow().contains(&index)
    }
}
