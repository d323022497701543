//! The log: one displayable line for each event.

use std::io::{self, Write};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use crate::config::{LogConfig, LogFormat};
use crate::domain::display_text::{escaped, escaped_json};

/// Starts the log on the standard error stream. A second call changes nothing.
pub fn start_log(log: &LogConfig) -> Result<(), LogLevelError> {
    let filter = log_filter(&log.level)?;
    let format = log.format;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(move || LogWriter { stream: io::stderr(), format });
    let started = match (format, log.timestamps) {
        (LogFormat::Text, true) => builder.with_ansi(false).try_init(),
        (LogFormat::Text, false) => builder.with_ansi(false).without_time().try_init(),
        (LogFormat::Json, true) => builder.json().try_init(),
        (LogFormat::Json, false) => builder.json().without_time().try_init(),
    };
    // Fails only if a log was started before, as in tests.
    let _ = started;
    Ok(())
}

/// Writes each event as one displayable line: errors quote certificates, files and other programs. Each call has one whole event.
struct LogWriter<W> {
    stream: W,
    format: LogFormat,
}

impl<W: Write> Write for LogWriter<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        let line = text.trim_end_matches('\n');
        let shown = match self.format {
            LogFormat::Text => escaped(line),
            LogFormat::Json => escaped_json(line),
        };
        self.stream.write_all(format!("{shown}\n").as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// Parses the filter of log lines. A word that is not a level is an error: the library would take it for the name of a module.
fn log_filter(level: &str) -> Result<EnvFilter, LogLevelError> {
    let invalid = || LogLevelError { level: level.to_owned() };
    let mut bare = level.split(',').filter(|directive| !directive.contains(['=', '[']));
    if bare.any(|word| word.is_empty() || word.parse::<LevelFilter>().is_err()) {
        return Err(invalid());
    }
    EnvFilter::try_new(level).map_err(|_| invalid())
}

/// The configured level is invalid.
#[derive(Debug, thiserror::Error)]
#[error("log.level = \"{level}\": use error, warn, info or debug")]
pub struct LogLevelError {
    level: String,
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::domain::display_text::is_displayable;

    #[derive(Clone, Default)]
    struct SharedBuffer(Arc<Mutex<Vec<u8>>>);

    impl Write for SharedBuffer {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn an_event_is_one_displayable_line_in_both_formats() {
        let subject = "Foto\u{202e}hcoK\n2026-11-22T09:30:00Z ERROR forged\u{9b}2J\u{2028}";
        for format in [LogFormat::Text, LogFormat::Json] {
            let buffer = SharedBuffer::default();
            let stream = buffer.clone();
            let builder = tracing_subscriber::fmt().with_writer(move || LogWriter { stream: stream.clone(), format });
            let log = || tracing::warn!(%subject, "certificate of {subject} refused");
            match format {
                LogFormat::Text => tracing::subscriber::with_default(builder.with_ansi(false).finish(), log),
                LogFormat::Json => tracing::subscriber::with_default(builder.json().finish(), log),
            }
            let written = String::from_utf8(buffer.0.lock().unwrap().clone()).unwrap();
            let line = written.strip_suffix('\n').unwrap();
            assert!(line.chars().all(is_displayable) && line.contains("202e"), "{line}");
            if format == LogFormat::Json {
                let event: serde_json::Value = serde_json::from_str(line).unwrap();
                assert_eq!(event["fields"]["subject"], subject);
            }
        }
    }

    #[test]
    fn a_level_is_a_level_and_not_the_name_of_a_module() {
        for level in ["error", "warn", "info", "debug", "info,lichtbild::transport=debug", "warn,sqlx=off"] {
            assert!(log_filter(level).is_ok(), "{level}");
        }
        for level in ["loud", "", "info,lichtbild", "lichtbild=loud"] {
            assert!(log_filter(level).is_err(), "{level}");
        }
    }
}
