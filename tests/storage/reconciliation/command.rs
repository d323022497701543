//! The commands do not report success without the key file or the checkpoints.

skip_in!(quick, postgres: "starts the program");

use std::fs;

use serde_json::Value;

use crate::support::gateway_process::GatewayFolder;

fn run_verify(home: &GatewayFolder, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = home.run(arguments);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn a_missing_key_file_is_an_error_of_the_gateways_own_database_only() {
    let home = GatewayFolder::new();
    home.studio("Foto Koch");
    assert!(home.start().stop().success());
    home.json(&["backup", "saved"]);
    let (code, out, err) = run_verify(&home, &["verify"]);
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(err.contains("The database is intact.") && out.contains("guesses: count wrong codes"), "{out}{err}");
    let key_file = home.file("gateway.key");
    let saved = home.beside("saved").join(home.database().file_name().unwrap());
    let saved = saved.to_str().unwrap();
    assert_eq!(run_verify(&home, &["verify", "--database", saved]).0, Some(0));

    fs::rename(&key_file, home.beside("keys.away")).unwrap();
    let (code, out, err) = run_verify(&home, &["verify", "--json"]);
    assert_eq!(code, Some(3), "{out}{err}");
    let found: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(found["findings"]["faults"]["key_file"], 1, "{found}");
    let (code, _, err) = run_verify(&home, &["verify", "--database", saved]);
    assert_eq!(code, Some(0), "{err}");
    assert!(err.contains("The database is intact, as far as this shows without the key file."), "{err}");
    // Reading commands continue; writing commands name the file.
    assert_eq!(run_verify(&home, &["studio", "list"]).0, Some(0));
    let (code, _, err) = run_verify(&home, &["studio", "suspend", "Foto Koch"]);
    assert_eq!(code, Some(1), "{err}");
    assert!(err.contains("gateway.key"), "{err}");
}

#[test]
fn a_log_that_no_checkpoint_covers_has_an_exit_code_of_its_own() {
    let home = GatewayFolder::new();
    home.studio("Foto Koch");
    let (code, out, err) = run_verify(&home, &["audit", "verify"]);
    assert_eq!(code, Some(4), "{out}{err}");
    assert!(out.contains("intact") && err.contains("no checkpoint covers"), "{out}{err}");
    assert!(home.start().stop().success());
    assert_eq!(run_verify(&home, &["audit", "verify"]).0, Some(0));
    // The database contains them too.
    fs::remove_dir_all(home.file("checkpoints")).unwrap();
    let (code, out, err) = run_verify(&home, &["audit", "verify"]);
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(out.contains("by a checkpoint of"), "{out}");
}
