//! The line of each byte of a constant, as runs.
//!
//! A run has bytes of one line, or one byte per line. While lines follow one another it has at least two
//! bytes: eight bytes of memory for two of a file.

/// The lines of bytes, from 1.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lines {
    runs: Vec<Run>,
    count: u32,
}

#[derive(Debug, Clone, Copy)]
struct Run {
    /// The index of its first byte.
    start: u32,
    /// The line of that byte, and in the lowest bit whether each further byte is one line down.
    line_and_step: u32,
}

impl Run {
    fn line(self, index: u32) -> u32 {
        let further = index.saturating_sub(self.start);
        (self.line_and_step >> 1) + further * (self.line_and_step & 1)
    }
}

impl Lines {
    /// The line of each byte of `content`.
    pub(crate) fn of(content: &[u8]) -> Self {
        let (mut lines, mut line) = (Self::default(), 1);
        for byte in content {
            lines.push(line);
            line += usize::from(*byte == b'\n');
        }
        lines
    }

    /// `count` bytes on one line.
    pub(crate) fn all_on(line: usize, count: usize) -> Self {
        let mut lines = Self::default();
        lines.resize(count, line);
        lines
    }

    /// The number of bytes with a recorded line.
    pub(crate) fn len(&self) -> usize {
        self.count as usize
    }

    /// Adds the line of one more byte.
    pub(crate) fn push(&mut self, line: usize) {
        let line = u32::try_from(line).unwrap_or(u32::MAX >> 1);
        let index = self.count;
        self.count = self.count.saturating_add(1);
        if let Some(last) = self.runs.last_mut() {
            if last.line(index) == line {
                return;
            }
            if index == last.start + 1
                && last.line_and_step & 1 == 0
                && last.line(index) + 1 == line
            {
                last.line_and_step |= 1;
                return;
            }
        }
        self.runs.push(Run { start: index, line_and_step: line << 1 });
    }

    /// Gives bytes up to `count` the line `line`, or removes the lines of bytes past it.
    pub(crate) fn resize(&mut self, count: usize, line: usize) {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        if count > self.count {
            self.push(line);
            // A run with a step cannot continue on one line.
            if self.count < count && self.runs.last().is_some_and(|run| run.line_and_step & 1 == 1)
            {
                self.push(line);
            }
        }
        self.count = count;
        while self.runs.last().is_some_and(|run| run.start >= count) {
            self.runs.pop();
        }
    }

    /// The line of the byte at `index`.
    pub(crate) fn get(&self, index: usize) -> Option<usize> {
        let index = u32::try_from(index).ok().filter(|index| *index < self.count)?;
        let next = self.runs.partition_point(|run| run.start <= index);
        Some(self.runs[next.checked_sub(1)?].line(index) as usize)
    }

    /// The line of the last byte.
    pub(crate) fn last(&self) -> Option<usize> {
        self.get(self.len().checked_sub(1)?)
    }

    /// Adds the lines of the bytes of `other` from `start` up to `end`.
    pub(crate) fn extend(&mut self, other: &Self, start: usize, end: usize) {
        for index in start..end.min(other.len()) {
            self.push(other.get(index).unwrap_or(1));
        }
    }

    /// The lines of only those bytes whose index satisfies `is_kept`.
    pub(crate) fn filtered(&self, is_kept: impl Fn(usize) -> bool) -> Self {
        let mut kept = Self::default();
        for index in (0..self.len()).filter(|index| is_kept(*index)) {
            kept.push(self.get(index).unwrap_or(1));
        }
        kept
    }

    /// The bytes of memory that the runs use.
    #[cfg(test)]
    pub(crate) fn memory(&self) -> usize {
        self.runs.len() * size_of::<Run>()
    }
}
