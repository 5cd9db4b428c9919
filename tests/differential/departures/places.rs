//! The three certificates of a sound chain, by position.

use certgrab::internals::lab::pki::certificate::Certificate;
use certgrab::internals::lab::pki::chain::Chain;

/// The three certificates of a sound chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Position {
    /// The server's certificate.
    Leaf,
    /// The intermediate that issued it.
    Int,
    /// The root, which is the anchor.
    Root,
}

impl Position {
    /// All three.
    pub(crate) const ALL: [Self; 3] = [Self::Leaf, Self::Int, Self::Root];

    pub(crate) const fn place(self) -> usize {
        match self {
            Self::Leaf => 0,
            Self::Int => 1,
            Self::Root => 2,
        }
    }

    /// The word in the ids of departures.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Leaf => "leaf",
            Self::Int => "int",
            Self::Root => "root",
        }
    }

    /// The word in sentences.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Leaf => "leaf",
            Self::Int => "intermediate",
            Self::Root => "root",
        }
    }
}

/// The certificates of a sound chain, to be changed.
pub(crate) trait Places {
    /// The one in this position.
    fn at(&mut self, position: Position) -> &mut Certificate;

    fn leaf(&mut self) -> &mut Certificate {
        self.at(Position::Leaf)
    }

    fn int(&mut self) -> &mut Certificate {
        self.at(Position::Int)
    }

    fn root(&mut self) -> &mut Certificate {
        self.at(Position::Root)
    }
}

impl Places for Chain {
    fn at(&mut self, position: Position) -> &mut Certificate {
        &mut self.certificates[position.place()]
    }
}
