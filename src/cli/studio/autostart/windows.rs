//! Start at logon on Windows: a task, or an entry of the registry where the Task Scheduler refuses tasks.

use std::env;
use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;

use super::error::{AutostartError, SystemProgramError};
use super::installed::InstalledAutostart;
use super::program_runner::ProgramRunner;
use super::watch_command::{WINDOWLESS_PROGRAM, WatchCommand};
use super::windows_task::{command_line, task, task_file};
use crate::system_program::system_folder;

/// Programs that Windows starts at each logon of this user.
const RUN_KEY: &str = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run";
const RUN_VALUE: &str = "Lichtbild";

/// The user of Windows in whose name the watch runs.
pub(super) struct WindowsAccount {
    /// The computer's name, or that of a domain.
    pub(super) domain: Option<String>,
    pub(super) name: String,
}

impl WindowsAccount {
    /// The user of this process.
    pub(super) fn of_this_user() -> Option<Self> {
        let set = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
        Some(Self { domain: set("USERDOMAIN"), name: set("USERNAME")? })
    }

    /// `DOMAIN\NAME`
    pub(super) fn qualified(&self) -> String {
        match &self.domain {
            Some(domain) => format!(r"{domain}\{}", self.name),
            None => self.name.clone(),
        }
    }

    /// All users of a computer share the names of tasks. The installer's scripts have the same name.
    fn task_name(&self) -> String {
        format!("Lichtbild {}", self.name)
    }
}

/// Start at logon of one user of Windows.
pub(super) struct WindowsAutostart<R> {
    runner: R,
    account: WindowsAccount,
    /// `schtasks.exe` and `reg.exe` are started from there, so that no program of the same name in the working folder is.
    system_folder: PathBuf,
}

impl<R: ProgramRunner> WindowsAutostart<R> {
    pub(super) fn new(runner: R, account: WindowsAccount) -> Self {
        let system_folder = system_folder().unwrap_or_else(|_| r"C:\Windows\System32".into());
        Self { runner, account, system_folder }
    }

    pub(super) fn install(&self, command: &WatchCommand) -> Result<InstalledAutostart, AutostartError> {
        match self.create_task(command) {
            Ok(()) => {
                // Else the program would be started twice.
                let _ = self.reg(&["delete", RUN_KEY, "/v", RUN_VALUE, "/f"]);
                Ok(InstalledAutostart::WindowsTask)
            }
            Err(AutostartError::Program(refused)) => {
                let program = command.program.to_str().ok_or(AutostartError::ImpossibleText)?;
                let arguments = command.arguments().ok_or(AutostartError::ImpossibleText)?;
                let line = command_line(&[&[program], arguments.as_slice()].concat());
                self.reg(&["add", RUN_KEY, "/v", RUN_VALUE, "/t", "REG_SZ", "/d", &line, "/f"])?;
                Ok(InstalledAutostart::WindowsRunKey { refused })
            }
            Err(error) => Err(error),
        }
    }

    fn create_task(&self, command: &WatchCommand) -> Result<(), AutostartError> {
        let xml = task(command, &self.account.qualified()).ok_or(AutostartError::ImpossibleText)?;
        let cannot_write = |source| AutostartError::File { path: env::temp_dir(), source };
        let mut file = tempfile::Builder::new().prefix("lichtbild-").suffix(".xml").tempfile().map_err(cannot_write)?;
        file.write_all(&task_file(&xml)).map_err(cannot_write)?;
        // Closed, so that schtasks can open it; deleted at the end of this function.
        let file = file.into_temp_path();
        let arguments = [
            "/create".into(),
            "/f".into(),
            "/tn".into(),
            self.account.task_name().into(),
            "/xml".into(),
            file.as_os_str().into(),
        ];
        Ok(self.run("schtasks.exe", &arguments)?)
    }

    /// Ends the task if it runs, and starts it.
    pub(super) fn restart_task(&self) -> Result<(), AutostartError> {
        let _ = self.schtasks("/end", &[]);
        Ok(self.schtasks("/run", &[])?)
    }

    /// Ends the programs that an entry of the registry has started, and starts the watch.
    pub(super) fn restart_program(&self, command: &WatchCommand) -> Result<(), AutostartError> {
        self.end_programs();
        let arguments = command.arguments().ok_or(AutostartError::ImpossibleText)?;
        let arguments: Vec<_> = arguments.into_iter().map(OsString::from).collect();
        Ok(self.runner.start(&command.program, &arguments, command.working_folder())?)
    }

    /// Ends and deletes the task, and deletes the registry's entry. Each is asked for first, because both programs report an entry that is
    /// missing in the same way as one that cannot be deleted.
    pub(super) fn remove(&self) -> Result<bool, AutostartError> {
        let has_task = self.schtasks("/query", &[]).is_ok();
        if has_task {
            let _ = self.schtasks("/end", &[]);
            self.schtasks("/delete", &["/f"])?;
        }
        let has_run_value = self.reg(&["query", RUN_KEY, "/v", RUN_VALUE]).is_ok();
        if has_run_value {
            self.reg(&["delete", RUN_KEY, "/v", RUN_VALUE, "/f"])?;
            self.end_programs();
        }
        Ok(has_task || has_run_value)
    }

    /// Ends this user's other programs of Lichtbild. Each continues with the same codes. Best effort: none may be running.
    fn end_programs(&self) {
        let [user, others] = [format!("USERNAME eq {}", self.account.name), format!("PID ne {}", std::process::id())];
        for program in [WINDOWLESS_PROGRAM, "lichtbild-studio.exe"] {
            let arguments = ["/f", "/im", program, "/fi", &user, "/fi", &others].map(OsString::from);
            let _ = self.run("taskkill.exe", &arguments);
        }
    }

    fn schtasks(&self, action: &str, options: &[&str]) -> Result<(), SystemProgramError> {
        let mut arguments: Vec<OsString> = vec![action.into(), "/tn".into(), self.account.task_name().into()];
        arguments.extend(options.iter().map(OsString::from));
        self.run("schtasks.exe", &arguments)
    }

    fn reg(&self, arguments: &[&str]) -> Result<(), SystemProgramError> {
        self.run("reg.exe", &arguments.iter().map(OsString::from).collect::<Vec<_>>())
    }

    fn run(&self, program: &str, arguments: &[OsString]) -> Result<(), SystemProgramError> {
        self.runner.run(&self.system_folder.join(program), arguments)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::program_runner::tests::NotingRunner;
    use super::*;

    fn autostart(failing: &[&'static str]) -> WindowsAutostart<NotingRunner> {
        let account = WindowsAccount { domain: Some("LADEN".to_owned()), name: "Jörg K".to_owned() };
        WindowsAutostart { runner: NotingRunner::failing(failing), account, system_folder: "S".into() }
    }

    fn command() -> WatchCommand {
        let [program, config] = [r"C:\P F\lichtbild-studiow.exe", "C:/Users/k/studio.toml"].map(PathBuf::from);
        WatchCommand { program, config, dir: None, options: Vec::new() }
    }

    /// Command lines, each without the folder of the program.
    fn run(autostart: &WindowsAutostart<NotingRunner>) -> Vec<String> {
        autostart.runner.run.borrow().iter().map(|line| line.trim_start_matches(['S', '/', '\\']).to_owned()).collect()
    }

    #[test]
    fn a_task_is_made_from_a_file_that_is_gone_afterwards() {
        let autostart = autostart(&["reg.exe delete"]);
        assert!(matches!(autostart.install(&command()), Ok(InstalledAutostart::WindowsTask)));
        let lines = run(&autostart);
        let file = lines[0].strip_prefix("schtasks.exe /create /f /tn Lichtbild Jörg K /xml ").unwrap();
        assert!(file.ends_with(".xml") && !Path::new(file).exists(), "{file}");
        assert_eq!(lines[1..], [format!("reg.exe delete {RUN_KEY} /v Lichtbild /f")]);
        autostart.restart_task().unwrap();
        assert_eq!(
            run(&autostart)[2..],
            ["/end", "/run"].map(|what| format!("schtasks.exe {what} /tn Lichtbild Jörg K"))
        );
    }

    #[test]
    fn a_refused_task_becomes_an_entry_of_the_registry() {
        let autostart = autostart(&["/create"]);
        let installed = autostart.install(&command()).unwrap();
        assert!(matches!(installed, InstalledAutostart::WindowsRunKey { .. }), "{installed:?}");
        let value = r#""C:\P F\lichtbild-studiow.exe" watch --config C:/Users/k/studio.toml"#;
        assert_eq!(run(&autostart)[1], format!("reg.exe add {RUN_KEY} /v Lichtbild /t REG_SZ /d {value} /f"));
        autostart.restart_program(&command()).unwrap();
        let started = r"C:\P F\lichtbild-studiow.exe watch --config C:/Users/k/studio.toml";
        let lines = run(&autostart);
        let ended = format!(
            "taskkill.exe /f /im lichtbild-studiow.exe /fi USERNAME eq Jörg K /fi PID ne {}",
            std::process::id()
        );
        assert!(lines[2] == ended && lines[3].starts_with("taskkill.exe /f /im lichtbild-studio.exe"), "{lines:?}");
        assert_eq!(lines[4..], ["in C:/Users/k:", started]);
    }

    #[test]
    fn both_refused_is_an_error() {
        let error = autostart(&["/create", "reg.exe"]).install(&command()).unwrap_err();
        assert!(matches!(error, AutostartError::Program(_)), "{error:?}");
    }

    #[test]
    fn what_is_not_there_is_not_removed_and_what_stays_is_an_error() {
        let none = autostart(&["query"]);
        assert!(!none.remove().unwrap());
        assert_eq!(run(&none).len(), 2, "nothing but two questions");
        let both = autostart(&["/end"]);
        assert!(both.remove().unwrap());
        assert_eq!(run(&both)[2], "schtasks.exe /delete /tn Lichtbild Jörg K /f");
        assert_eq!(run(&both)[4], format!("reg.exe delete {RUN_KEY} /v Lichtbild /f"));
        assert!(run(&both)[5].starts_with("taskkill.exe /f /im lichtbild-studiow.exe"), "the watch ends now");
        assert!(autostart(&["/delete"]).remove().is_err());
    }
}
