//! The unit for systemd, as the program prints it.

use crate::support::gateway_process::GatewayFolder;

#[test]
fn the_unit_runs_this_gateway_with_absolute_paths_and_may_write_in_its_folder_alone() {
    let home = GatewayFolder::with_default_profile();
    let output = home.run(&["serve", "--print-systemd-unit", "--config", "gateway/gateway.toml"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let unit = String::from_utf8(output.stdout).unwrap();
    let (program, folder) = (env!("CARGO_BIN_EXE_lichtbild-gateway"), home.file(""));
    let folder = folder.to_str().unwrap().trim_end_matches('/');
    for line in [
        &format!("ExecStart=\"{program}\" \"serve\" \"--config\" \"{folder}/gateway.toml\""),
        &format!("ReadWritePaths=\"{folder}\""),
        "User=lichtbild",
        "ProtectSystem=strict",
        "NoNewPrivileges=yes",
        "MemoryDenyWriteExecute=yes",
        "LimitCORE=0",
        "Restart=on-failure",
        "WantedBy=multi-user.target",
    ] {
        assert!(unit.lines().any(|found| found == line), "{line}: {unit}");
    }
    let advice = String::from_utf8(output.stderr).unwrap();
    for command in ["useradd --system", "systemctl daemon-reload && systemctl enable --now lichtbild"] {
        assert!(advice.contains(command), "{advice}");
    }
    let without = home.failure(&["serve", "--print-systemd-unit", "--config", "elsewhere.toml"]);
    assert!(without.contains("elsewhere.toml") && without.contains("init"), "{without}");
}
