//! Questions and answers of a set-up.

use zeroize::Zeroizing;

use crate::cli::studio::advice::{Failure, about_unexpected};
use crate::cli::studio::exit::Exit;
use crate::cli::studio::output::{ask, eprint};
use crate::cli::studio::typed_line::read_next_line;
use crate::client::config::StudioConfig;
use crate::texts::language::Language;
use crate::texts::text;

/// Number of wrong answers to one question, after which the set-up ends.
pub(super) const MAX_TRIES: u32 = 10;

/// Questions on the standard error stream, answers on the standard input.
pub(super) struct Dialog {
    pub(super) language: Language,
}

impl Dialog {
    /// The answer to a question, without spaces around it.
    ///
    /// # Errors
    /// A failure at the end of the input, or if it cannot be read.
    pub(super) fn answer(&mut self, question: &str) -> Result<Zeroizing<String>, Failure> {
        ask(question);
        match read_next_line() {
            Ok(Some(line)) => Ok(Zeroizing::new(line.trim().to_owned())),
            Ok(None) => Err(Failure::new(Exit::Usage, text!(self.language, "studio-setup-input-ended"))),
            Err(error) => Err(about_unexpected(&error, self.language)),
        }
    }

    /// Asks until `read` accepts the answer.
    pub(super) fn answer_to<T>(
        &mut self,
        question: &str,
        mut read: impl FnMut(&str) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let mut tries = 1;
        loop {
            match read(&self.answer(question)?) {
                Ok(value) => return Ok(value),
                Err(failure) if tries == MAX_TRIES => return Err(failure),
                Err(failure) => eprint(failure.message),
            }
            tries += 1;
        }
    }

    /// Asks whether an enrolled computer stays as it is. Without an answer, at the end of the input, it does.
    pub(super) fn keeps_enrolment(&mut self, config: &StudioConfig) -> Result<bool, Failure> {
        let gateway = config.gateway.as_str().trim_end_matches('/');
        let new = text!(self.language, "studio-setup-new");
        for _ in 0..MAX_TRIES {
            ask(text!(self.language, "studio-setup-enrolled-already", gateway = gateway, new = new.as_str()));
            match read_next_line() {
                Ok(Some(answer)) if answer.trim().eq_ignore_ascii_case(&new) => return Ok(false),
                Ok(Some(answer)) if !answer.trim().is_empty() => {
                    eprint(text!(self.language, "studio-setup-enter-or-new", new = new.as_str()));
                }
                Ok(_) => return Ok(true),
                Err(error) => return Err(about_unexpected(&error, self.language)),
            }
        }
        Ok(true)
    }

    /// Waits for the enter key or the end of the input.
    pub(super) fn wait_for_enter(&mut self) {
        ask(text!(self.language, "studio-setup-press-enter"));
        let _ = read_next_line();
    }
}
