//! Output of `watch`: a line for every photo that is done, on stdout; messages and a calm line of progress on stderr.
//!
//! The code is shown on a terminal only. Elsewhere stdout ends in a journal or a file that is kept, copied and read by others,
//! while the receipt, which holds the code, is deleted with the photo: there the line names the receipt.

use std::io::{IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};

use crate::cli::studio::photos::texts;
use crate::cli::studio::{advice, receipt_text};
use crate::client::watch::{WatchEvent, WatchObserver, WatchStatus};
use crate::clock::Clock;
use crate::domain::code::retrieval_code::RetrievalCode;
use crate::domain::display_text::{escaped, escaped_lines};
use crate::texts::language::Language;

/// Writes to this process's two streams.
pub(super) struct ConsoleOutput {
    language: Language,
    clock: Arc<dyn Clock>,
    /// True if stdout is a terminal, so that a person reads the results as they come.
    shows_codes: bool,
    /// True if stderr is a terminal, so that the progress line can be overwritten.
    shows_progress: bool,
    progress: Mutex<ProgressLine>,
}

#[derive(Default)]
struct ProgressLine {
    last: Option<WatchStatus>,
    /// Characters of the line that stands there.
    width: usize,
}

impl ConsoleOutput {
    pub(super) fn new(language: Language, clock: Arc<dyn Clock>) -> Self {
        let (shows_codes, shows_progress) = (std::io::stdout().is_terminal(), std::io::stderr().is_terminal());
        Self { language, clock, shows_codes, shows_progress, progress: Mutex::default() }
    }

    /// Leaves the cursor in a line of its own.
    pub(super) fn end(&self) {
        self.clear(&mut self.progress.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn clear(&self, progress: &mut ProgressLine) {
        if progress.width > 0 {
            // Spaces and no escape sequences, which older consoles of Windows print as they are.
            let _ = write!(std::io::stderr(), "\r{}\r", " ".repeat(progress.width));
        }
        (progress.width, progress.last) = (0, None);
    }

    fn result(&self, event: &WatchEvent<'_>) -> Option<String> {
        let line = match event {
            WatchEvent::Sent { name, receipt_file, receipt } => {
                let word = self.language.pick("eingeliefert", "sent");
                let shown = match RetrievalCode::parse(&receipt.code) {
                    Ok(code) if self.shows_codes => {
                        self.language.pick("Abrufcode ", "code ").to_owned() + &code.reveal()
                    }
                    _ => receipt_text::on_one_line(receipt_file),
                };
                format!("{word}  {}  {shown}", receipt_text::on_one_line(name))
            }
            WatchEvent::Refused { name, report, .. } => {
                let word = self.language.pick("abgelehnt", "refused");
                format!("{word}  {}  {}", receipt_text::on_one_line(name), receipt_text::on_one_line(report))
            }
            WatchEvent::RefusedByOffice { name, report, refusal } => {
                let word = self.language.pick("im Amt abgelehnt", "refused at the office");
                let mut line = format!("{word}  {}", escaped(name));
                for reason in texts::refusal_lines(refusal, self.language) {
                    line.push_str(&format!("  {reason}"));
                }
                format!("{line}  {}", receipt_text::on_one_line(report))
            }
            WatchEvent::Erased { name } => {
                format!("{}  {}", self.language.pick("gelöscht", "deleted"), receipt_text::on_one_line(name))
            }
            _ => return None,
        };
        Some(format!("{}  {line}", receipt_text::moment(self.clock.now(), self.language)))
    }
}

impl WatchObserver for ConsoleOutput {
    fn event(&self, event: &WatchEvent<'_>) {
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        self.clear(&mut progress);
        // That nobody reads changes nothing about the work.
        if let Some(line) = self.result(event) {
            let _ = writeln!(std::io::stdout(), "{}", escaped_lines(&line));
        }
        if let Some(message) = advice::about_event(event, self.language) {
            let _ = writeln!(std::io::stderr(), "{}", escaped_lines(&message));
        }
    }

    fn status(&self, status: &WatchStatus) {
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.shows_progress || progress.last == Some(*status) {
            return;
        }
        self.clear(&mut progress);
        let line = progress_line(status, self.language);
        let _ = write!(std::io::stderr(), "{line}");
        let _ = std::io::stderr().flush();
        (progress.width, progress.last) = (line.chars().count(), Some(*status));
    }
}

fn progress_line(status: &WatchStatus, language: Language) -> String {
    let WatchStatus { arriving, unusable, waiting, in_progress: under_way, sent, refused, gateway_down_since, .. } =
        status;
    let waiting = arriving + unusable + waiting;
    let mut line = language.pick(
        format!("wartend {waiting}, unterwegs {under_way}, eingeliefert {sent}, abgelehnt {refused}"),
        format!("waiting {waiting}, under way {under_way}, sent {sent}, refused {refused}"),
    );
    if let Some(since) = gateway_down_since {
        let since = receipt_text::moment(*since, language);
        line.push_str(&language.pick(format!("; kein Gateway seit {since}"), format!("; no gateway since {since}")));
    }
    line
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::clock::{ManualClock, Timestamp};

    #[test]
    fn a_name_with_a_line_end_makes_no_second_line() {
        let clock = Arc::new(ManualClock::starting_at(Timestamp::from_unix_milliseconds(1_795_339_800_000)));
        let output = ConsoleOutput::new(Language::English, clock);
        let (name, report) = ("a\nsent  b\u{1b}[31m.jpg".as_ref(), Path::new("refused/a\nsent  b\u{1b}[31m.txt"));
        let line = output.result(&WatchEvent::Refused { name, report, refusal: None }).unwrap();
        assert_eq!(
            line,
            "22 Nov 2026, 10:30  refused  a\\u{a}sent  b\\u{1b}[31m.jpg  refused/a\\u{a}sent  b\\u{1b}[31m.txt"
        );
    }

    #[test]
    fn progress_says_since_when_photos_wait() {
        let down = Some(crate::clock::Timestamp::from_unix_milliseconds(1_795_339_800_000));
        let status = WatchStatus {
            arriving: 1,
            waiting: 2,
            in_progress: 4,
            sent: 8,
            refused: 16,
            gateway_down_since: down,
            ..WatchStatus::default()
        };
        let line = progress_line(&status, Language::English);
        assert_eq!(line, "waiting 3, under way 4, sent 8, refused 16; no gateway since 22 Nov 2026, 10:30");
    }
}
