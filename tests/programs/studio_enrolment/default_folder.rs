//! Folder of the device's files, if no option names one.

skip_in!(quick, postgres: "starts the program, and has no database");

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use lichtbild::client::enrolment::device_folder::ReplacePolicy;

use super::enrolling_studio::{EnrollingStudio, utf8};
use crate::support::gateway_process::{set_profile, studio_profile};

/// A command in the folder `folder` beside that of the studio, for a user with an empty profile.
fn command(studio: &EnrollingStudio, folder: &str, arguments: &[&str]) -> Command {
    let mut command = studio.command(arguments);
    std::fs::create_dir_all(studio.beside(folder)).unwrap();
    set_profile(&mut command, &studio.beside("home"));
    command.env_remove("LICHTBILD_STUDIO_CONFIG").current_dir(studio.beside(folder));
    command
}

async fn run(mut command: Command) -> Output {
    // On a thread of its own: the gateway that it talks to lives on this one.
    tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap()
}

fn profile(studio: &EnrollingStudio, file: &str) -> PathBuf {
    studio_profile(&studio.beside("home")).join(file)
}

fn enrolment(studio: &EnrollingStudio) -> [String; 5] {
    ["enrol".into(), studio.gateway.url(), studio.gateway.code(), "--lang".into(), "en".into()]
}

#[tokio::test]
async fn a_first_enrolment_goes_to_the_profile_and_every_folder_finds_it() {
    let studio = EnrollingStudio::invited_today().await;
    let arguments = enrolment(&studio);
    let arguments = arguments.each_ref().map(String::as_str);
    let enrolled = run(command(&studio, "photos", &arguments)).await;
    assert_eq!(enrolled.status.code(), Some(0), "{}", utf8(&enrolled.stderr));
    assert!(utf8(&enrolled.stderr).ends_with("push PHOTO.jpg\n"), "{}", utf8(&enrolled.stderr));
    assert!(std::fs::read_dir(studio.beside("photos")).unwrap().next().is_none());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let folder = std::fs::metadata(profile(&studio, "")).unwrap();
        assert_eq!(folder.permissions().mode() & 0o777, 0o700);
    }
    let status = run(command(&studio, "elsewhere", &["status", "--lang", "en"])).await;
    assert_eq!(status.status.code(), Some(0), "{}{}", utf8(&status.stdout), utf8(&status.stderr));
    let file = profile(&studio, "studio.toml");
    assert!(utf8(&status.stdout).contains(&format!("; file {}\n", file.display())), "{}", utf8(&status.stdout));
    let again = run(command(&studio, "elsewhere", &arguments)).await;
    assert_eq!(again.status.code(), Some(6), "{}", utf8(&again.stderr));
}

#[tokio::test]
async fn a_folder_with_a_configuration_is_used_as_before() {
    let studio = EnrollingStudio::enrolled_today().await;
    let arguments = enrolment(&studio);
    let arguments = arguments.each_ref().map(String::as_str);
    let again = run(command(&studio, "lichtbild", &arguments)).await;
    assert_eq!(again.status.code(), Some(6), "{}", utf8(&again.stderr));
    assert!(utf8(&again.stderr).contains("device.pem exists already"), "{}", utf8(&again.stderr));
    let status = run(command(&studio, "lichtbild", &["status"])).await;
    assert_eq!(status.status.code(), Some(0), "{}{}", utf8(&status.stdout), utf8(&status.stderr));
    assert!(!studio.beside("home").exists());
}

#[tokio::test]
async fn a_key_that_lies_in_the_current_folder_is_not_enrolled() {
    let studio = EnrollingStudio::invited_today().await;
    studio.folder.load_or_create_key(ReplacePolicy::Never).unwrap();
    let arguments = enrolment(&studio);
    let enrolled = run(command(&studio, "lichtbild", &arguments.each_ref().map(String::as_str))).await;
    assert_eq!(enrolled.status.code(), Some(0), "{}", utf8(&enrolled.stderr));
    // Another user may have put it there.
    assert_eq!(studio.files(), ["device-key.pending.pem"]);
    assert!(profile(&studio, "device.pem").exists());
}

#[tokio::test]
async fn a_missing_configuration_names_the_folders_and_the_commands_that_make_one() {
    let studio = EnrollingStudio::invited_today().await;
    for arguments in
        [&["push", "PHOTO.jpg", "--lang", "en"][..], &["renew", "--lang", "en"], &["photos", "--lang", "en"]]
    {
        let missing = run(command(&studio, "photos", arguments)).await;
        assert_eq!(missing.status.code(), Some(6), "{}", utf8(&missing.stderr));
        // The system may know the folder of the test by another path.
        let current = Path::new(studio.beside("").file_name().unwrap()).join("photos");
        let profile = studio_profile(&studio.beside("home"));
        for part in [current.to_str().unwrap(), profile.to_str().unwrap(), "`lichtbild-studio setup`", "studio enrol"] {
            assert!(utf8(&missing.stderr).contains(part), "{part}: {}", utf8(&missing.stderr));
        }
    }
}

#[tokio::test]
async fn the_next_command_can_be_pasted_for_a_folder_with_any_name() {
    let studio = EnrollingStudio::invited_today().await;
    let arguments = enrolment(&studio);
    let arguments = [&arguments.each_ref().map(String::as_str)[..], &["--dir", "Foto Koch & Söhne/"]].concat();
    let enrolled = run(command(&studio, "photos", &arguments)).await;
    assert_eq!(enrolled.status.code(), Some(0), "{}", utf8(&enrolled.stderr));
    let argument = match cfg!(windows) {
        true => r#""Foto Koch & Söhne\studio.toml""#,
        false => "'Foto Koch & Söhne/studio.toml'",
    };
    let next = format!("push PHOTO.jpg --config {argument}\n");
    assert!(utf8(&enrolled.stderr).ends_with(&next), "{}", utf8(&enrolled.stderr));
    assert!(studio.beside("photos/Foto Koch & Söhne/studio.toml").exists());
}

#[tokio::test]
async fn before_an_enrolment_the_overview_says_what_is_missing() {
    let studio = EnrollingStudio::invited_today().await;
    let status = run(command(&studio, "photos", &["status", "--html", "--no-open", "--lang", "en"])).await;
    assert_eq!(status.status.code(), Some(6), "{}", utf8(&status.stderr));
    let page = std::fs::read_to_string(profile(&studio, "status.html")).expect("there is a page");
    assert!(page.contains("lichtbild-studio setup"), "{page}");
    let mistyped = studio.beside("mistyped");
    let config = mistyped.join("studio.toml");
    let arguments = ["status", "--html", "--no-open", "--config", config.to_str().unwrap()];
    assert_eq!(run(command(&studio, "photos", &arguments)).await.status.code(), Some(6));
    assert!(!mistyped.exists());
}
