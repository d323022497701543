//! Errors in a text that should be a code, with their position if it can be determined.

use super::foreign_content::ForeignContent;
use super::keyboard_fault::KeyboardFault;

/// Secret symbols and the check symbol.
pub(super) const SYMBOL_COUNT: usize = 20;
/// Symbols per group.
pub(super) const GROUP_LENGTH: usize = 5;
const GROUP_COUNT: usize = SYMBOL_COUNT / GROUP_LENGTH;

/// Reason for which a text is not a code. It may be logged, because it contains no symbol of a code, only positions, counts and
/// characters that no code contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Spaces and hyphens are not counted.
    #[error("a code has {SYMBOL_COUNT} symbols, this one has {symbols}")]
    Length { symbols: usize },
    /// Of four groups, one does not have five symbols. `group` is 1 to 4.
    #[error("a group of a code has {GROUP_LENGTH} symbols, group {group} of this one has {symbols}")]
    GroupLength { group: usize, symbols: usize },
    /// `place` is `None` if spaces, hyphens and length do not determine it.
    #[error("a character that no code contains{}", place_text(*place))]
    UnknownCharacter { character: char, place: Option<SymbolPosition> },
    /// The check symbol fits if Y and Z are swapped: the keyboard or hand scanner is probably set to the layout of another country. One in
    /// 32 other typos looks the same.
    #[error("Y and Z are swapped: keyboard or scanner is set to another layout")]
    SwappedLayout,
    /// One check symbol cannot show which symbol is wrong.
    #[error("the check symbol does not fit: a symbol is wrong or two are swapped")]
    CheckSymbol,
    #[error("characters arrived as others: scanner or keyboard is set wrong ({0:?})")]
    Keyboard(KeyboardFault),
    #[error("content of another symbol or bar code ({0:?})")]
    Foreign(ForeignContent),
}

fn place_text(place: Option<SymbolPosition>) -> String {
    place.map_or_else(String::new, |SymbolPosition { group, position }| {
        format!(", at place {position} of group {group}")
    })
}

/// Position of a symbol in a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SymbolPosition {
    /// From 1 to 4.
    pub group: usize,
    /// Position in the group as it was typed, from 1.
    pub position: usize,
}

impl CodeError {
    /// The group that probably contains the typo, from 1 to 4, if it can be determined.
    pub fn group(&self) -> Option<usize> {
        match self {
            Self::GroupLength { group, .. } => Some(*group),
            Self::UnknownCharacter { place, .. } => place.map(|place| place.group),
            _ => None,
        }
    }
}

/// Groups of a text while it is read: the number of symbols in each, not the symbols.
#[derive(Debug, Default)]
pub(super) struct GroupLayout {
    symbols: usize,
    groups: usize,
    /// Lengths of the first four groups as they were typed.
    lengths: [usize; GROUP_COUNT],
    inside_group: bool,
    /// The first character that no code contains, the number of symbols before it, and its position as typed.
    unknown: Option<(char, usize, SymbolPosition)>,
}

impl GroupLayout {
    pub(super) fn symbols(&self) -> usize {
        self.symbols
    }

    /// Ends the group, if one has begun.
    pub(super) fn note_separator(&mut self) {
        self.inside_group = false;
    }

    /// Counts a symbol, or a character in its place that is none.
    pub(super) fn note_symbol(&mut self, character: char, is_known: bool) {
        if !self.inside_group {
            self.inside_group = true;
            self.groups += 1;
        }
        if let Some(length) = self.lengths.get_mut(self.groups - 1) {
            *length += 1;
        }
        if !is_known && self.unknown.is_none() {
            let position = self.lengths.get(self.groups - 1).copied().unwrap_or(0);
            self.unknown = Some((character, self.symbols, SymbolPosition { group: self.groups, position }));
        }
        // Counts beyond the length of a code, so that the error states the real length. The body limit bounds it.
        self.symbols += 1;
    }

    /// Checks the number and the position of the symbols after the whole text was read.
    ///
    /// # Errors
    /// [`CodeError::UnknownCharacter`], [`CodeError::GroupLength`] or [`CodeError::Length`].
    pub(super) fn check(&self) -> Result<(), CodeError> {
        if let Some((character, before, as_typed)) = self.unknown {
            let counted = SymbolPosition { group: before / GROUP_LENGTH + 1, position: before % GROUP_LENGTH + 1 };
            // Four groups are those of the code, even if a symbol is missing. With other groups, only a text of the right length has
            // every symbol in its place.
            let place = if self.groups == GROUP_COUNT {
                Some(as_typed)
            } else {
                (self.symbols == SYMBOL_COUNT).then_some(counted)
            };
            return Err(CodeError::UnknownCharacter { character, place });
        }
        if self.symbols == SYMBOL_COUNT {
            return Ok(());
        }
        let mut odd = (1..).zip(self.lengths).filter(|(_, length)| *length != GROUP_LENGTH);
        match (self.groups, odd.next(), odd.next()) {
            (GROUP_COUNT, Some((group, symbols)), None) => Err(CodeError::GroupLength { group, symbols }),
            _ => Err(CodeError::Length { symbols: self.symbols }),
        }
    }
}
