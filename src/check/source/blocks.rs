//! The braces of code: which block, and which function, encloses a position.
//!
//! In: code without comments and literals. Out: [`Blocks`], found in one pass and looked up in a sorted list,
//! since a file may have any number of braces and calls.

use std::ops::Range;

/// Words with parentheses after which braces do not begin a function.
const CONTROLS: [&str; 5] = ["if", "for", "while", "switch", "catch"];

/// The code between two matching braces.
#[derive(Debug, Clone, Copy)]
struct Block {
    start: u32,
    end: u32,
    /// How many braces are open in it.
    depth: u32,
    /// The nearest block around it, or itself, that is a function's.
    function: Option<u32>,
}

/// The blocks of code.
#[derive(Debug, Default)]
pub(crate) struct Blocks {
    all: Vec<Block>,
    /// For each brace, its position and the innermost block after it.
    places: Vec<(u32, Option<u32>)>,
    length: usize,
}

impl Blocks {
    /// The blocks of `code`, which has less than 4 GiB.
    pub(super) fn of(code: &str) -> Self {
        let mut blocks = Self { length: code.len(), ..Self::default() };
        let index = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let (mut open, mut brackets): (Vec<u32>, Vec<usize>) = (Vec::new(), Vec::new());
        // Where the bracket that was closed last began, and what follows it.
        let mut closed = None;
        for (at, byte) in code.bytes().enumerate() {
            match byte {
                b'(' => brackets.push(at),
                b')' => closed = brackets.pop().map(|began| (began, at + 1)),
                b'{' => {
                    let around = open.last().map(|block| blocks.all[*block as usize]);
                    let number = index(blocks.all.len());
                    let is_function = closed.is_some_and(|(began, next)| {
                        next == at && !CONTROLS.iter().any(|word| ends_with(&code[..began], word))
                    });
                    blocks.all.push(Block {
                        start: index(at + 1),
                        end: index(code.len()),
                        depth: around.map_or(1, |block| block.depth + 1),
                        function: if is_function {
                            Some(number)
                        } else {
                            around.and_then(|block| block.function)
                        },
                    });
                    open.push(number);
                    blocks.places.push((index(at + 1), Some(number)));
                }
                b'}' => {
                    if let Some(block) = open.pop() {
                        blocks.all[block as usize].end = index(at);
                    }
                    blocks.places.push((index(at + 1), open.last().copied()));
                }
                _ => {}
            }
        }
        blocks
    }

    /// The innermost block around `at`.
    fn innermost(&self, at: usize) -> Option<Block> {
        let behind = self.places.partition_point(|(place, _)| *place as usize <= at);
        let (_, block) = self.places.get(behind.checked_sub(1)?)?;
        block.map(|block| self.all[block as usize])
    }

    fn range(&self, block: Option<Block>) -> Range<usize> {
        block.map_or(0..self.length, |block| block.start as usize..block.end as usize)
    }

    /// The range of the innermost block around `at`; all of the code if there is none.
    pub(crate) fn around(&self, at: usize) -> Range<usize> {
        self.range(self.innermost(at))
    }

    /// The range of the function around `at`; all of the code if there is none.
    pub(crate) fn function(&self, at: usize) -> Range<usize> {
        let function = self.innermost(at).and_then(|block| block.function);
        self.range(function.map(|block| self.all[block as usize]))
    }

    /// How many braces are open at `at`.
    pub(crate) fn depth(&self, at: usize) -> usize {
        self.innermost(at).map_or(0, |block| block.depth as usize)
    }

    /// The block that the first brace after `at` opens; none if that brace closes one.
    pub(crate) fn next(&self, at: usize) -> Option<Range<usize>> {
        let behind = self.places.partition_point(|(place, _)| *place as usize <= at);
        let (place, block) = *self.places.get(behind)?;
        let block = self.all[block? as usize];
        (block.start == place).then(|| self.range(Some(block)))
    }
}

/// Whether `code` ends with the whole word `word`.
fn ends_with(code: &str, word: &str) -> bool {
    let is_of_a_word = |one: char| one.is_alphanumeric() || one == '_';
    code.strip_suffix(word).is_some_and(|before| !before.ends_with(is_of_a_word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_in_the_blocks_and_functions_around_it() {
        let code = "a{b}void f(int(x)){if(y){c}{z}}e}g{";
        let blocks = Blocks::of(code);
        let at = |word| code.find(word).unwrap();
        let around = |word| &code[blocks.around(at(word))];
        let function = |word| &code[blocks.function(at(word))];
        assert_eq!((around("b"), around("c"), around("z")), ("b", "c", "z"));
        assert_eq!((function("c"), function("z")), ("if(y){c}{z}", "if(y){c}{z}"));
        assert_eq!((function("b"), around("e"), around("g")), (code, code, code));
        assert_eq!(["a", "b", "c", "e"].map(|word| blocks.depth(at(word))), [0, 1, 2, 0]);
        assert_eq!(blocks.next(at("x")).map(|range| &code[range]), Some("if(y){c}{z}"));
        assert_eq!(blocks.next(at("c")), None);
        assert_eq!(blocks.around(code.len()), code.len()..code.len());
    }
}
