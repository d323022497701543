//! Log of the messages of a watch: `watch.log` beside the configuration. A watch without a console has no other place for them, and the
//! folder itself may be the cause of a failure.
//!
//! An entry is one line `TIME KIND TEXT`; further lines of its text are indented. The names of photos are personal data, so entries are
//! dropped after two days, and entries about photos no later than the sent photos themselves. The log never contains a code.
//!
//! The file is rewritten without old entries when it becomes too large, so there is no second file with forgotten names. Watches with the
//! same configuration share the log; a rewriting watch may drop a line that another one writes at that moment.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use strum::{EnumString, IntoStaticStr};

use super::retention::SentRetention;
use crate::atomic_file;
use crate::atomic_file::FileMode;
use crate::clock::Timestamp;
use crate::domain::display_text::escaped_lines;

const FILE: &str = "watch.log";
/// Size at which the older half of the log is dropped.
pub const MAX_LOG_BYTES: usize = 256 * 1024;
/// Size at which nothing is written any more. The log only grows so far if another program prevents that it is rewritten.
const MAX_BYTES_UNTRIMMED: u64 = 2 * MAX_LOG_BYTES as u64;
/// Size of the entries that wait while another program has the log open.
const MAX_PENDING_BYTES: usize = 16 * 1024;
/// Longest text of an entry.
const MAX_TEXT_BYTES: usize = 4 * 1024;
/// Time after which entries are dropped.
pub const LOG_RETENTION: Duration = Duration::from_hours(48);
/// Interval of the search for entries that are to be dropped.
const TIDY_INTERVAL: Duration = Duration::from_mins(15);
const INDENT: &str = "    ";

/// Kind of a logged message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum MessageKind {
    /// Begin of a watch. The text is the folder.
    Start,
    /// Regular end of a watch. The text is the folder.
    End,
    /// Failure that ended the program.
    Failure,
    /// Message that may contain a photo's name.
    Photo,
    /// Message about the folder, the gateway or the certificate.
    State,
}

/// An entry of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedMessage {
    pub at: Timestamp,
    pub kind: MessageKind,
    pub text: String,
}

impl LoggedMessage {
    fn to_lines(&self) -> String {
        let kind: &str = self.kind.into();
        let mut text = self.text.as_str();
        if text.len() > MAX_TEXT_BYTES {
            text = &text[..text.floor_char_boundary(MAX_TEXT_BYTES)];
        }
        let text = escaped_lines(text).replace('\n', &format!("\n{INDENT}"));
        format!("{} {kind} {text}\n", self.at)
    }

    fn parse_line(line: &str) -> Option<Self> {
        let (at, rest) = line.split_once(' ')?;
        let (kind, text) = rest.split_once(' ')?;
        Some(Self { at: at.parse().ok()?, kind: MessageKind::from_str(kind).ok()?, text: text.to_owned() })
    }

    fn parse_all(log: &str) -> Vec<Self> {
        let mut messages: Vec<Self> = Vec::new();
        for line in log.lines() {
            match (line.strip_prefix(INDENT), messages.last_mut()) {
                (Some(more), Some(last)) => {
                    last.text.push('\n');
                    last.text.push_str(more);
                }
                _ => messages.extend(Self::parse_line(line)),
            }
        }
        messages
    }
}

/// Writer of the log. Failures are ignored, because a watch must not stop for its log.
#[derive(Debug)]
pub struct MessageLog {
    path: PathBuf,
    photo_retention: Duration,
    state: Mutex<LogState>,
}

#[derive(Debug, Default)]
struct LogState {
    /// Entries that could not be written yet.
    pending: String,
    next_tidy: Option<Timestamp>,
}

impl MessageLog {
    /// The log beside the configuration file `config`, of a watch that erases sent photos after `keep_sent`.
    pub fn beside(config: &Path, keep_sent: SentRetention) -> Self {
        let photo_retention = match keep_sent {
            SentRetention::For(span) => span.min(LOG_RETENTION),
            // The shortest working day, without a weekend in between.
            SentRetention::OneWorkingDay => Duration::from_hours(24),
            SentRetention::Forever => LOG_RETENTION,
        };
        Self { path: config.with_file_name(FILE), photo_retention, state: Mutex::default() }
    }

    /// The messages of the last two days, oldest first. A log that cannot be read counts as empty.
    pub fn read(config: &Path, now: Timestamp) -> Vec<LoggedMessage> {
        let log = atomic_file::read(&config.with_file_name(FILE)).ok().flatten().unwrap_or_default();
        let mut messages = LoggedMessage::parse_all(&String::from_utf8_lossy(&log));
        messages.retain(|message| message.at.until(now) <= LOG_RETENTION);
        messages
    }

    /// Adds a message. If the file cannot be written, the next call of this or of [`tidy`](Self::tidy) tries again.
    pub fn append(&self, message: &LoggedMessage) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let lines = message.to_lines();
        if state.pending.len() + lines.len() <= MAX_PENDING_BYTES {
            state.pending.push_str(&lines);
        }
        self.write_pending(&mut state, message.at);
    }

    /// Writes entries that wait, and drops entries whose time is over, every quarter of an hour.
    pub fn tidy(&self, now: Timestamp) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if !state.pending.is_empty() {
            self.write_pending(&mut state, now);
        }
        if state.next_tidy.is_none_or(|due| due <= now) {
            state.next_tidy = Some(now + TIDY_INTERVAL);
            // The next call tries again.
            let _ = self.rewrite(now, MAX_LOG_BYTES);
        }
    }

    fn write_pending(&self, state: &mut LogState, now: Timestamp) {
        if self.write(&state.pending, now).is_ok() {
            state.pending.clear();
        }
    }

    fn write(&self, lines: &str, now: Timestamp) -> io::Result<()> {
        let size = std::fs::metadata(&self.path).map_or(0, |metadata| metadata.len());
        if size + lines.len() as u64 > MAX_LOG_BYTES as u64
            && let Err(error) = self.rewrite(now, MAX_LOG_BYTES / 2)
            && size + lines.len() as u64 > MAX_BYTES_UNTRIMMED
        {
            return Err(error);
        }
        let mut options = File::options();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        // One write, so that the lines of two watches do not mix.
        atomic_file::open_regular_with(&mut options, &self.path)?.write_all(lines.as_bytes())
    }

    /// Rewrites the log without entries whose time is over, and with `most` bytes at most, of the newest entries.
    fn rewrite(&self, now: Timestamp, most: usize) -> io::Result<()> {
        let Some(old) = atomic_file::read(&self.path)? else { return Ok(()) };
        let mut size = 0;
        let mut kept = Vec::new();
        for message in LoggedMessage::parse_all(&String::from_utf8_lossy(&old)).into_iter().rev() {
            let retention = if message.kind == MessageKind::Photo { self.photo_retention } else { LOG_RETENTION };
            if message.at.until(now) > retention {
                continue;
            }
            let lines = message.to_lines();
            size += lines.len();
            if size > most {
                break;
            }
            kept.push(lines);
        }
        kept.reverse();
        let new = kept.concat();
        if new.as_bytes() == old {
            return Ok(());
        }
        atomic_file::replace(&self.path, new.as_bytes(), FileMode::OwnerOnly)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_milliseconds(1_795_339_800_000);
    const HOUR: Duration = Duration::from_hours(1);

    fn message(at: Timestamp, kind: MessageKind, text: &str) -> LoggedMessage {
        LoggedMessage { at, kind, text: text.to_owned() }
    }

    fn size(config: &Path) -> usize {
        std::fs::metadata(config.with_file_name(FILE)).unwrap().len().try_into().unwrap()
    }

    #[test]
    fn messages_are_read_as_they_were_written_and_a_text_cannot_pass_for_an_entry() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("studio.toml");
        let log = MessageLog::beside(&config, SentRetention::default());
        assert_eq!(MessageLog::read(&config, NOW), []);
        let messages = [
            message(NOW, MessageKind::Start, "/home/k/Fotos"),
            message(NOW + HOUR, MessageKind::Photo, &format!("two\n{NOW} end lines")),
            message(NOW + HOUR, MessageKind::State, ""),
        ];
        messages.iter().for_each(|message| log.append(message));
        assert_eq!(MessageLog::read(&config, NOW + HOUR), messages);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(config.with_file_name(FILE)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn the_log_is_bounded_and_keeps_the_newest_messages() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("studio.toml");
        let log = MessageLog::beside(&config, SentRetention::Forever);
        let long = "ü".repeat(MAX_TEXT_BYTES);
        for number in 0..200 {
            log.append(&message(NOW, MessageKind::State, &format!("{number} {long}")));
            assert!(size(&config) <= MAX_LOG_BYTES, "{number}");
        }
        let messages = MessageLog::read(&config, NOW);
        assert!(messages.len() > 20 && messages.last().unwrap().text.starts_with("199 "), "{}", messages.len());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "there is no second file");
    }

    #[test]
    fn messages_are_dropped_after_two_days_and_names_no_later_than_the_photos() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("studio.toml");
        let log = MessageLog::beside(&config, SentRetention::For(2 * HOUR));
        log.append(&message(NOW, MessageKind::Photo, "sent anna.jpg"));
        log.append(&message(NOW, MessageKind::State, "the gateway answers again"));
        let left = |now| {
            log.tidy(now);
            let bytes = std::fs::read_to_string(config.with_file_name(FILE)).unwrap();
            (bytes.contains("anna"), bytes.contains("gateway"))
        };
        assert_eq!(left(NOW + HOUR), (true, true));
        assert_eq!(left(NOW + 3 * HOUR), (false, true));
        assert_eq!(left(NOW + 49 * HOUR), (false, false));
    }

    #[test]
    fn messages_wait_while_the_log_cannot_be_written() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("studio.toml");
        let log = MessageLog::beside(&config, SentRetention::default());
        let in_the_way = config.with_file_name(FILE);
        std::fs::create_dir(&in_the_way).unwrap();
        let messages = ["first", "second"].map(|text| message(NOW, MessageKind::State, text));
        messages.iter().for_each(|message| log.append(message));
        log.tidy(NOW);
        assert_eq!(MessageLog::read(&config, NOW), []);
        std::fs::remove_dir(&in_the_way).unwrap();
        log.tidy(NOW);
        assert_eq!(MessageLog::read(&config, NOW), messages, "though no further message comes");
    }
}
