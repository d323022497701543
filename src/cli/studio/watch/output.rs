//! Output of `watch`: a line for every photo that is done, on stdout; messages and a progress line on stderr. Lines and messages are also
//! written to the log.
//!
//! The code is shown on a terminal only. A journal or a log file is kept, copied and read by other users, while the receipt with the
//! code is deleted together with the photo. Such a file therefore gets the receipt's name.

use std::io::{IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};

use super::log::WatchLog;
use crate::cli::shown_path::shown_path;
use crate::cli::studio::advice;
use crate::cli::studio::photos::texts;
use crate::cli::studio::receipt_text::moment;
use crate::client::watch::{WatchEvent, WatchObserver, WatchStatus};
use crate::clock::Clock;
use crate::domain::code::retrieval_code::RetrievalCode;
use crate::domain::display_text::{escaped, escaped_lines};
use crate::texts::language::Language;
use crate::texts::text;

/// Prints events to the standard output and the standard error stream.
pub(super) struct ConsoleOutput {
    language: Language,
    clock: Arc<dyn Clock>,
    /// True if stdout is a terminal.
    shows_codes: bool,
    /// True if stderr is a terminal, so that the progress line can be overwritten.
    shows_progress: bool,
    progress: Mutex<ProgressLine>,
    log: Arc<WatchLog>,
}

#[derive(Default)]
struct ProgressLine {
    last: Option<WatchStatus>,
    /// In characters.
    width: usize,
}

impl ConsoleOutput {
    pub(super) fn new(language: Language, clock: Arc<dyn Clock>, log: Arc<WatchLog>) -> Self {
        let (shows_codes, shows_progress) = (std::io::stdout().is_terminal(), std::io::stderr().is_terminal());
        Self { language, clock, shows_codes, shows_progress, progress: Mutex::default(), log }
    }

    /// Clears the progress line.
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

    /// The line of a photo that is done, without the time.
    fn result(&self, event: &WatchEvent<'_>, shows_codes: bool) -> Option<String> {
        let language = self.language;
        let line = match event {
            WatchEvent::Sent { name, receipt_file, receipt } => {
                let shown = match RetrievalCode::parse(&receipt.code) {
                    Ok(code) if shows_codes => text!(language, "studio-watch-code", code = code.reveal()),
                    _ => shown_path(receipt_file),
                };
                format!("{}  {}  {shown}", text!(language, "studio-watch-sent"), shown_path(name))
            }
            WatchEvent::Refused { name, report, .. } => {
                format!("{}  {}  {}", text!(language, "studio-watch-refused"), shown_path(name), shown_path(report))
            }
            WatchEvent::RefusedByOffice { name, report, refusal } => {
                let reasons = texts::refusal_lines(refusal, language).join("  ");
                let words = text!(language, "studio-state-refused");
                format!("{words}  {}  {reasons}  {}", escaped(name), shown_path(report))
            }
            WatchEvent::Erased { name } => {
                format!("{}  {}", text!(language, "studio-watch-erased"), shown_path(name))
            }
            _ => return None,
        };
        Some(line)
    }
}

impl WatchObserver for ConsoleOutput {
    fn event(&self, event: &WatchEvent<'_>) {
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        self.clear(&mut progress);
        let now = self.clock.now();
        // A closed stream does not stop the watch.
        if let Some(line) = self.result(event, self.shows_codes) {
            let _ = writeln!(std::io::stdout(), "{}  {}", moment(now, self.language), escaped_lines(&line));
        }
        let message = advice::about_event(event, self.language);
        if let Some(message) = &message {
            let _ = writeln!(std::io::stderr(), "{}", escaped_lines(message));
        }
        if let Some(text) = self.result(event, false).or(message) {
            self.log.add(event, text, now);
        }
    }

    fn status(&self, status: &WatchStatus) {
        self.log.tidy(self.clock.now());
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
    let mut line = text!(
        language,
        "studio-watch-progress",
        waiting = status.arriving + status.unusable + status.waiting,
        in_progress = status.in_progress,
        sent = status.sent,
        refused = status.refused,
    );
    if let Some(since) = status.gateway_down_since {
        line.push_str(&text!(language, "studio-watch-progress-down", since = moment(since, language)));
    }
    line
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::client::watch::files::message_log::MessageLog;
    use crate::client::watch::files::retention::SentRetention;
    use crate::clock::{ManualClock, Timestamp};

    #[test]
    fn a_name_with_a_line_end_makes_no_second_line() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::starting_at(Timestamp::from_unix_milliseconds(1_795_339_800_000)));
        let config = folder.path().join("studio.toml");
        let log = WatchLog::new(&config, Some(folder.path()), SentRetention::default());
        let output = ConsoleOutput::new(Language::English, clock.clone(), log);
        let (name, report) = ("a\nsent  b\u{1b}[31m.jpg".as_ref(), Path::new("refused/a\nsent  b\u{1b}[31m.txt"));
        let event = WatchEvent::Refused { name, report, refusal: None };
        let line = output.result(&event, true).unwrap();
        let shown = format!("refused{}a\\u{{a}}sent  b\\u{{1b}}[31m.txt", std::path::MAIN_SEPARATOR);
        assert_eq!(line, format!("refused  a\\u{{a}}sent  b\\u{{1b}}[31m.jpg  {shown}"));
        output.event(&event);
        assert_eq!(MessageLog::read(&config, clock.now())[0].text, line);
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
