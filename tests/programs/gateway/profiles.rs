//! `lichtbild-gateway profile`: which rules there are, which are in force, and whether one's own file is one.

use std::fs;

use crate::support::gateway_process::GatewayFolder;

fn shown(home: &GatewayFolder, arguments: &[&str]) -> String {
    let output = home.run(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn without_a_name_the_profile_in_force_is_shown() {
    let home = GatewayFolder::new();
    assert!(shown(&home, &["profile", "show"]).contains("title = \"ICAO Doc 9303, 35 mm x 45 mm\""));
    assert_eq!(home.json(&["profile", "show"])["name"], "icao-35x45");
    fs::write(home.file("our-own.toml"), "title = 'Own'\n[pixels]\nwidth = 10\nheight = 20\n").unwrap();
    let config = fs::read_to_string(home.config()).unwrap();
    let commented = "# profile_file = \"profiles/our-own.toml\"";
    assert!(config.contains(commented));
    fs::write(home.config(), config.replace(commented, "profile_file = \"our-own.toml\"")).unwrap();
    assert_eq!(home.json(&["profile", "show"])["pixels"]["height"], 20);
    assert!(GatewayFolder::empty().failure(&["profile", "show"]).contains("gateway.toml"));
}

#[test]
fn what_is_shown_is_a_file_that_passes_the_check() {
    let home = GatewayFolder::empty();
    for profile in home.json(&["profile", "list"]).as_array().unwrap() {
        let name = profile["name"].as_str().unwrap();
        fs::write(home.beside("own.toml"), shown(&home, &["profile", "show", name])).unwrap();
        let (mut own, as_shipped) =
            (home.json(&["profile", "check", "own.toml"]), home.json(&["profile", "show", name]));
        own["name"] = name.into();
        assert_eq!(own, as_shipped);
    }
    let text = "# Fr\u{ad}ist\r\ntitle = 'Stadt ❤\u{fe0f}'\r\n[pixels]\r\nwidth = 10\r\nheight = 20\r\n";
    fs::write(home.beside("own.toml"), text).unwrap();
    fs::write(home.beside("own2.toml"), shown(&home, &["profile", "show", "./own.toml"])).unwrap();
    assert_eq!(home.json(&["profile", "check", "own2.toml"])["title"], "Stadt ❤\u{fe0f}");
    assert!(shown(&home, &["profile", "check", "own2.toml"]).contains("Stadt ❤\\u{fe0f}"));
    assert!(home.failure(&["profile", "show", "no-such"]).contains("`lichtbild-gateway profile list`"));
}

#[test]
fn a_file_of_ones_own_is_told_of_with_units() {
    let home = GatewayFolder::empty();
    fs::write(home.beside("finland.toml"), shown(&home, &["profile", "show", "fi-500x653"])).unwrap();
    insta::assert_snapshot!("profile_check", shown(&home, &["profile", "check", "finland.toml"]));
    insta::assert_snapshot!("profile_list", shown(&home, &["profile", "list"]));
}

#[test]
fn a_wrong_file_is_refused_with_key_and_line_and_the_next_step() {
    let home = GatewayFolder::empty();
    for (text, parts) in [
        ("title = 'x'\n[pixels]\nwidht = 1244\n", &["line 3", "widht"][..]),
        ("title = 'x'\n[pixels]\nwidth = 1244\nheight = 0\n", &["line 4", "pixels.height is not valid", "1 to 3200"]),
        ("title = 'x'\n", &["pixels"]),
        ("title =", &["line 1"]),
    ] {
        fs::write(home.beside("own.toml"), text).unwrap();
        let message = home.failure(&["profile", "check", "own.toml"]);
        let parts = [parts, &["own.toml", "next: "]].concat();
        assert!(parts.iter().all(|part| message.contains(part)), "{text}: {message}");
    }
    assert!(home.failure(&["profile", "check", "none.toml"]).contains("none.toml"));
    fs::write(home.beside("Our Own.toml"), "title = 'x'\n[pixels]\nwidth = 1\nheight = 1\n").unwrap();
    assert!(home.failure(&["profile", "check", "Our Own.toml"]).contains("a-z"));
}
