//! `verify`

use clap::Args;

use super::ConfigFile;
use super::failure::{Code, Failure};
use super::output::give;
use super::setting::unusable;
use crate::config::Config;
use crate::domain::soundness::{Fault, Findings};
use crate::flows::rollback::compare;
use crate::flows::verify::verify;
use crate::sealing::KeyFile;
use crate::server::secret_file::read_secret;
use crate::server::watermark::MarkFiles;
use crate::storage::{DatabaseLocation, SqlStore};

#[derive(Args)]
pub(super) struct Arguments {
    /// Another database than the configuration's: a backup's, say.
    #[arg(long, value_name = "FILE|URL")]
    database: Option<DatabaseLocation>,
    #[command(flatten)]
    file: ConfigFile,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Looks the database through. Changes nothing; a gateway may work on it meanwhile.
pub(super) async fn run(arguments: &Arguments) -> Result<(), Failure> {
    let config = Config::load(&arguments.file.config)?;
    let database = arguments.database.as_ref().unwrap_or(&config.database);
    let keys = match read_secret(&config.key_file) {
        Ok(text) => Some(
            KeyFile::parse(&text).map_err(|error| Failure::plain(format!("{}: {error}", config.key_file.display())))?,
        ),
        Err(error) => {
            eprintln!("Without the key file, whose epoch keys are not looked for: {error}");
            None
        }
    };
    let store = SqlStore::open_to_read(database).await.map_err(|error| unusable(error, database))?;
    let found = look(&store, keys.as_ref(), &config, arguments.database.is_none()).await;
    store.close().await;
    let findings = found?;
    if arguments.json {
        let sound = findings.are_sound();
        give(serde_json::json!({ "sound": sound, "findings": findings }))?;
    } else {
        tell(&findings)?;
    }
    if findings.are_sound() {
        return Ok(());
    }
    Err(Failure::plain("the database is not sound").with_code(Code::NotWhole).with_advice(
        "keep a copy of it as it is; then restore a backup, or withdraw the photos that are named and have them deposited again",
    ))
}

/// Looks through a database; the gateway's own is compared with the marks outside of it as well.
async fn look(store: &SqlStore, keys: Option<&KeyFile>, config: &Config, is_own: bool) -> Result<Findings, Failure> {
    let bound = store.bound_key_file().await?;
    if let (Some(keys), Some(bound)) = (keys, bound)
        && keys.fingerprint() != bound
    {
        return Err(Failure::plain(format!(
            "{} is not the key file of this database: no photo in it would open; put the two that belong together side by side",
            config.key_file.display()
        )));
    }
    let mut findings = verify(store, keys).await?;
    if let Some(keys) = keys.filter(|_| is_own) {
        let read = MarkFiles::of(config).read(keys);
        for fault in read.faults {
            eprintln!("Not compared: {fault}");
        }
        if let Some(regression) = compare(store, keys, &read.marks).await?.regression {
            findings.add(Fault::WentBack, regression);
        }
    }
    Ok(findings)
}

/// Tells people what was found.
pub(super) fn tell(findings: &Findings) -> Result<(), Failure> {
    give(format!("photos        {} there, {} erased", findings.photos, findings.erased))?;
    let without = match findings.pictures_without_digest {
        0 => String::new(),
        some => format!(", {some} from before there were digests: only their form was looked at"),
    };
    give(format!("pictures      {} as they were stored{without}", findings.pictures_proven))?;
    give(format!("collections   {}", findings.collections))?;
    give(format!("transfer log  {} rows, the last one {}", findings.log_rows, findings.log_head))?;
    for (fault, times) in &findings.faults {
        give(format!("FAULT         {times} x {fault}"))?;
    }
    for example in &findings.examples {
        give(format!("  {}  {}", example.subject, example.fault))?;
    }
    if findings.are_sound() {
        eprintln!(
            "All is well. Rows cut off at the log's end do not show: compare its last row with one written down elsewhere."
        );
    }
    Ok(())
}
