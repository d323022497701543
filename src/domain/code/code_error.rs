//! Errors in a text that should be a code, with their place as far as it can be determined.

use std::fmt;

use super::foreign_content::ForeignContent;
use super::keyboard_fault::KeyboardFault;

/// Secret symbols and the check symbol.
pub(super) const SYMBOL_COUNT: usize = 20;
/// Symbols that are written together.
pub(super) const GROUP_LENGTH: usize = 5;
const GROUP_COUNT: usize = SYMBOL_COUNT / GROUP_LENGTH;

/// Reason for which a text is not a code. Holds places, numbers and characters that no code contains, never a symbol: it may
/// be logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeError {
    /// A code has 20 symbols; this text had another number.
    Length {
        /// Number of symbols, without spaces and hyphens.
        symbols: usize,
    },
    /// Four groups were typed apart, and one of them has not five symbols.
    GroupLength {
        /// Number of the group, from 1 to 4.
        group: usize,
        /// Number of symbols in it.
        symbols: usize,
    },
    /// A character that no code contains.
    UnknownCharacter {
        /// The character as it was typed.
        character: char,
        /// Position of the character; `None` if spaces, hyphens and length do not tell the groups apart.
        place: Option<SymbolPosition>,
    },
    /// The check symbol fits once every Y is read as Z and every Z as Y: the keyboard or hand scanner is likely set to the
    /// layout of another country. By chance this happens to one other typo of 32.
    SwappedLayout,
    /// A symbol is wrong or two neighbours are swapped. Which, one check symbol cannot tell.
    CheckSymbol,
    /// Characters arrived as others: scanner or keyboard is set wrong.
    Keyboard(KeyboardFault),
    /// Content of another symbol or bar code.
    Foreign(ForeignContent),
}

/// Position of a symbol in a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SymbolPosition {
    /// The group, from 1 to 4.
    pub group: usize,
    /// The place in the group as it was typed, from 1.
    pub position: usize,
}

impl CodeError {
    /// The group that the typo is likely in, from 1 to 4, where that can be told.
    pub fn group(&self) -> Option<usize> {
        match self {
            Self::GroupLength { group, .. } => Some(*group),
            Self::UnknownCharacter { place, .. } => place.map(|place| place.group),
            Self::Length { .. } | Self::SwappedLayout | Self::CheckSymbol | Self::Keyboard(_) | Self::Foreign(_) => {
                None
            }
        }
    }
}

impl fmt::Display for CodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length { symbols } => write!(f, "a code has {SYMBOL_COUNT} symbols, this one has {symbols}"),
            Self::GroupLength { group, symbols } => {
                write!(f, "a group of a code has {GROUP_LENGTH} symbols, group {group} of this one has {symbols}")
            }
            Self::UnknownCharacter { place: Some(SymbolPosition { group, position }), .. } => {
                write!(f, "a character that no code contains, at place {position} of group {group}")
            }
            Self::UnknownCharacter { place: None, .. } => f.write_str("a character that no code contains"),
            Self::SwappedLayout => f.write_str("Y and Z are swapped: keyboard or scanner is set to another layout"),
            Self::CheckSymbol => f.write_str("the check symbol does not fit: a symbol is wrong or two are swapped"),
            Self::Keyboard(fault) => {
                write!(f, "characters arrived as others: scanner or keyboard is set wrong ({fault:?})")
            }
            Self::Foreign(content) => write!(f, "content of another symbol or bar code ({content:?})"),
        }
    }
}

impl std::error::Error for CodeError {}

/// The outline of a text while it is read: how its symbols stand in groups, not which ones they are.
#[derive(Debug, Default)]
pub(super) struct GroupLayout {
    symbols: usize,
    groups: usize,
    /// Of the first four groups as they were typed.
    lengths: [usize; GROUP_COUNT],
    inside_group: bool,
    /// The first character that no code contains, how many symbols stand before it, and its place as typed.
    unknown: Option<(char, usize, SymbolPosition)>,
}

impl GroupLayout {
    /// Number of symbols read so far.
    pub(super) fn symbols(&self) -> usize {
        self.symbols
    }

    /// Notes spaces or hyphens: the group is over, if one had begun.
    pub(super) fn note_separator(&mut self) {
        self.inside_group = false;
    }

    /// Notes a symbol, or a character in its place that is none.
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
        // Counts on past the end, so that the error can tell how long the text was; bounded by the caller's body limit.
        self.symbols += 1;
    }

    /// Checks the outline alone, after the whole text was read.
    ///
    /// # Errors
    /// [`CodeError::UnknownCharacter`], [`CodeError::GroupLength`] or [`CodeError::Length`].
    pub(super) fn check(&self) -> Result<(), CodeError> {
        if let Some((character, before, as_typed)) = self.unknown {
            let counted = SymbolPosition { group: before / GROUP_LENGTH + 1, position: before % GROUP_LENGTH + 1 };
            // Four groups are the code's own, wherever a symbol is missing. Other ones are not, but in a text of the right length
            // every symbol stands where it belongs.
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
