//! Task of the Windows Task Scheduler (MS-TSCH, Task Scheduler Schema).

use std::fmt::Write;

use super::watch_command::WatchCommand;
use crate::domain::display_text::is_displayable;

/// The task as XML, in ASCII and without an encoding declaration: `schtasks /create /xml` then reads it from a file of any encoding, as cmd
/// and PowerShell write them. `user` is `DOMAIN\NAME`. `None` if a path is not Unicode or a text contains control characters.
///
/// The trigger and the principal name the user: a task for all users would need an administrator. The trigger repeats itself, because the
/// Task Scheduler restarts a task that could not be started, but not one whose program ended with an error. While the watch runs, a
/// repetition does nothing. Defaults that would end the watch (three days, batteries, the end of an idle time) are switched off.
pub(super) fn task(command: &WatchCommand, user: &str) -> Option<String> {
    let user = xml_text(user)?;
    let program = xml_text(command.program.to_str()?)?;
    let arguments = xml_text(&command_line(&command.arguments()?))?;
    let folder = xml_text(command.working_folder().to_str()?)?;
    Some(format!(
        r#"<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>Lichtbild: deposit passport photos exported to a folder</Description>
  </RegistrationInfo>
  <Triggers>
    <LogonTrigger>
      <Repetition>
        <Interval>PT5M</Interval>
      </Repetition>
      <UserId>{user}</UserId>
    </LogonTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>{user}</UserId>
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <IdleSettings>
      <StopOnIdleEnd>false</StopOnIdleEnd>
      <RestartOnIdle>false</RestartOnIdle>
    </IdleSettings>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <RestartOnFailure>
      <Interval>PT1M</Interval>
      <Count>255</Count>
    </RestartOnFailure>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>{program}</Command>
      <Arguments>{arguments}</Arguments>
      <WorkingDirectory>{folder}</WorkingDirectory>
    </Exec>
  </Actions>
</Task>"#
    ))
}

/// Bytes of a file for `schtasks /create /xml`, in the encoding in which the Task Scheduler itself writes tasks.
pub(super) fn task_file(task: &str) -> Vec<u8> {
    "\u{feff}".encode_utf16().chain(task.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

/// Arguments as one line, which programs split by the rules of Microsoft's C library.
pub(super) fn command_line(arguments: &[&str]) -> String {
    arguments.iter().map(|argument| quoted(argument)).collect::<Vec<_>>().join(" ")
}

/// Quotes an argument where it has to be: backslashes are doubled before a quotation mark only.
fn quoted(argument: &str) -> String {
    if !argument.is_empty() && !argument.contains([' ', '\t', '"']) {
        return argument.to_owned();
    }
    let mut quoted = String::from("\"");
    let mut backslashes = 0;
    for character in argument.chars() {
        if character == '"' {
            quoted.extend(std::iter::repeat_n('\\', backslashes + 1));
        }
        backslashes = if character == '\\' { backslashes + 1 } else { 0 };
        quoted.push(character);
    }
    quoted.extend(std::iter::repeat_n('\\', backslashes));
    quoted.push('"');
    quoted
}

fn xml_text(text: &str) -> Option<String> {
    let mut escaped = String::new();
    for character in text.chars() {
        match character {
            '&' | '<' | '>' | '"' => write!(escaped, "&#{};", u32::from(character)).ok()?,
            _ if character.is_ascii_graphic() || character == ' ' => escaped.push(character),
            _ if is_displayable(character) => write!(escaped, "&#{};", u32::from(character)).ok()?,
            _ => return None,
        }
    }
    Some(escaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(options: &[&str]) -> WatchCommand {
        WatchCommand {
            program: r"C:\Program Files\Lichtbild\lichtbild-studiow.exe".into(),
            config: r"C:\Users\Jörg\Foto Müller & Söhne/studio.toml".into(),
            dir: Some(r"D:\Export <neu>\".into()),
            options: options.iter().map(|option| (*option).to_owned()).collect(),
        }
    }

    fn element<'a>(xml: &'a str, name: &str) -> &'a str {
        xml.split_once(&format!("<{name}>")).unwrap().1.split_once(&format!("</{name}>")).unwrap().0
    }

    #[test]
    fn paths_are_quoted_for_the_program_and_escaped_for_xml() {
        let xml = task(&command(&["--studio", "Foto \"K\""]), r"LADEN\Jörg").unwrap();
        assert!(xml.is_ascii());
        assert_eq!(element(&xml, "Command"), r"C:\Program Files\Lichtbild\lichtbild-studiow.exe");
        assert_eq!(
            element(&xml, "Arguments"),
            r"watch --config &#34;C:\Users\J&#246;rg\Foto M&#252;ller &#38; S&#246;hne/studio.toml&#34; --studio &#34;Foto \&#34;K\&#34;&#34; -- &#34;D:\Export &#60;neu&#62;\\&#34;"
        );
        assert_eq!(xml.matches(r"<UserId>LADEN\J&#246;rg</UserId>").count(), 2);
        assert!(task(&command(&["--studio", "a\nb"]), "A\\b").is_none(), "XML 1.0 has no control characters");
    }

    #[test]
    fn nothing_but_the_user_ends_the_watch() {
        let xml = task(&command(&[]), r"LADEN\k").unwrap();
        for (name, value) in [
            ("MultipleInstancesPolicy", "IgnoreNew"),
            ("ExecutionTimeLimit", "PT0S"),
            ("StopIfGoingOnBatteries", "false"),
            ("DisallowStartIfOnBatteries", "false"),
            ("StopOnIdleEnd", "false"),
            ("LogonType", "InteractiveToken"),
            ("RunLevel", "LeastPrivilege"),
        ] {
            assert_eq!(element(&xml, name), value, "{name}");
        }
        assert_eq!(element(element(&xml, "RestartOnFailure"), "Interval"), "PT1M");
        assert_eq!(element(element(&xml, "Repetition"), "Interval"), "PT5M");
    }

    #[test]
    fn arguments_are_quoted_as_the_c_library_splits_them() {
        let words = ["", "a", r"C:\a\", r"C:\a b\", r#"a\"b"#, r#"a\\" b"#, r"\\server\x y"];
        assert_eq!(command_line(&words), r#""" a C:\a\ "C:\a b\\" "a\\\"b" "a\\\\\" b" "\\server\x y""#);
    }

    #[test]
    fn the_file_is_utf_16_with_a_byte_order_mark() {
        assert_eq!(task_file("<T/>"), b"\xff\xfe<\0T\0/\0>\0");
    }
}
