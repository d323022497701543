//! The story, told as it happens. Whatever does not go as told ends it with an error.

use std::fs;
use std::time::Duration;

use tokio::time::Instant;

use super::super::failure::Failure;
use super::super::output::give;
use super::stage::Stage;
use super::{PORTRAIT, office};
use crate::client::connection::Connection;
use crate::client::deposit::{DepositError, Trying};
use crate::client::patience::RealPatience;
use crate::client::push::{Push, PushError, Pushed, push};
use crate::client::spool::Repeat;
use crate::clock::SystemClock;
use crate::domain::digest::Sha256Digest;
use crate::domain::language::Language;
use crate::entropy::OsEntropy;
use crate::wire::finding::FindingBody;

pub(super) async fn tell(stage: &Stage) -> Result<(), Failure> {
    let begun = Instant::now();
    scene("A gateway, a photo studio and a registration office")?;
    let addresses = stage.addresses();
    say(format!("Keys, authorities and database were made in {}.", stage.dir().display()))?;
    say(format!("Studios come by mutual TLS to {}, offices to {}.", addresses.studio, addresses.office))?;
    say("\"Foto Koch\" and \"Bürgerbüro Mitte\" have one device each, with a certificate of its own.")?;

    scene("The studio deposits a portrait")?;
    let photo = stage.dir().join("portrait.jpg");
    fs::write(&photo, PORTRAIT).map_err(|error| Failure::new("cannot write the portrait", error))?;
    let studio = stage.studio_line()?;
    let pushed = deposit(&studio, &photo).await?.map_err(|error| Failure::plain(error.to_string()))?;
    let (receipt, code) = (&pushed.receipt, pushed.receipt.code.as_str());
    let (width, height, bytes) = (receipt.width, receipt.height, receipt.bytes);
    say(format!("{width} x {height} pixels, {bytes} bytes, judged by {}: accepted.", receipt.profile))?;
    say("The gateway sealed it under a code, forgot the code, and answered:")?;
    say(format!("\n      {code}\n"))?;
    say(format!("The citizen carries the code to the counter. It works until {}.", receipt.expires_at))?;

    scene("The office collects it")?;
    let counter = stage.office_line()?;
    let collected = expected(office::collect(&counter, &code.to_lowercase().replace('-', " ")).await?)?;
    let name = format!("{}, {}", collected.photo.studio.name, collected.photo.studio.place);
    say(format!(
        "The clerk types it in lower case with spaces. Photo by {name}; held until {}.",
        collected.lease_until
    ))?;
    let first = office::fetch(&counter, collected.collection_id, code).await?;
    let again = office::fetch(&counter, collected.collection_id, code).await?;
    let (sent, got) = (Sha256Digest::of(PORTRAIT), Sha256Digest::of(&first));
    must(first == again && sent == got, "the picture must arrive byte for byte")?;
    say(format!("Sent      SHA-256 {sent}"))?;
    say(format!("Collected SHA-256 {got}"))?;
    say("Byte for byte the same; fetched twice, as after a download that broke off.")?;
    let settlement = expected(office::use_up(&counter, collected.collection_id).await?)?;
    must(settlement.erased, "a used photo must be erased")?;
    say(format!("Settled as used at {}. The picture is erased; only the fact remains.", settlement.settled_at))?;

    scene("What does not work")?;
    let refusal = refused(office::collect(&counter, code).await?)?;
    must(refusal.kind == "photo-settled", "a settled photo must not be collected again")?;
    say(format!("The same code again: {} - {}", refusal.title, refusal.detail))?;
    let mistyped = with_one_wrong_symbol(code);
    let refusal = refused(office::collect(&counter, &mistyped).await?)?;
    must(refusal.kind == "code-malformed", "a typo must be told as one")?;
    say(format!("A typo: {} - {}", refusal.title, refusal.detail))?;
    refuse_cut_photo(stage, &studio).await?;
    refuse_revoked_device(stage, &photo).await?;

    say(format!("\n  That was the main job, in {} ms.", begun.elapsed().as_millis()))?;
    say("`demo --serve` leaves such a gateway running, for curl (see README).")?;
    Ok(())
}

async fn refuse_cut_photo(stage: &Stage, studio: &Connection) -> Result<(), Failure> {
    let photo = stage.dir().join("cut.jpg");
    fs::write(&photo, &PORTRAIT[..PORTRAIT.len() / 3])
        .map_err(|error| Failure::new("cannot write the cut portrait", error))?;
    let Err(PushError::Deposit(DepositError::Refused(problem))) = deposit(studio, &photo).await? else {
        return Err(Failure::plain("a cut photo must be refused"));
    };
    say(format!("A photo whose upload folder lost two thirds of it: {}", problem.title))?;
    let findings = problem.extensions.get("findings").cloned().unwrap_or_default();
    let findings: Vec<FindingBody> = serde_json::from_value(findings).unwrap_or_default();
    must(!findings.is_empty(), "a refused photo must have findings")?;
    for FindingBody { message, measured, limit, hint, .. } in findings {
        say(format!("    {message} (measured: {measured}; asked for: {limit})"))?;
        say(format!("    {hint}"))?;
    }
    Ok(())
}

async fn refuse_revoked_device(stage: &Stage, photo: &std::path::Path) -> Result<(), Failure> {
    let open_line = stage.studio_line()?;
    let served = open_line.get("/v1/me").send().await.map_err(|error| Failure::new("no answer", error))?;
    must(served.status().is_success(), "a device in good standing must be served")?;
    // Read to its end, so that the line stays open for the next request.
    let _ = served.bytes().await;
    let revoked = stage.setting().administration().revoke_device(stage.studio_device()).await?;
    must(revoked, "the device must be revoked now")?;
    match open_line.get("/v1/me").send().await {
        Ok(answer) => {
            must(answer.status().as_u16() == 403, "a revoked device must not be served")?;
            say("The studio's device is revoked: refused at its very next request, on the line that was open.")?;
        }
        // The second in which open lines are cut came first.
        Err(_) => say("The studio's device is revoked: its open line was cut.")?,
    }
    let copy = photo.with_file_name("second.jpg");
    fs::copy(photo, &copy).map_err(|error| Failure::new("cannot copy the portrait", error))?;
    let Err(error) = deposit(&stage.studio_line()?, &copy).await? else {
        return Err(Failure::plain("a revoked device must not deposit"));
    };
    let reason = std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
    say(format!("And on a new one: {reason}"))?;
    Ok(())
}

async fn deposit(line: &Connection, photo: &std::path::Path) -> Result<Result<Pushed, PushError>, Failure> {
    let patience = RealPatience::begin();
    let trying = Trying {
        clock: &SystemClock,
        entropy: &OsEntropy,
        patience: &patience,
        give_up_after: Duration::from_secs(5),
        announce: &|_| {},
    };
    let (language, repeat) = (Language::English, Repeat::ShowReceipt);
    let how = Push { connection: line, language, repeat, declared: None, trying };
    Ok(push(photo, &how).await)
}

/// The code with its first symbol changed to another of the alphabet.
fn with_one_wrong_symbol(code: &str) -> String {
    let first = if code.starts_with('7') { "8" } else { "7" };
    format!("{first}{}", code.get(1..).unwrap_or_default())
}

fn expected<T>(answer: office::Answer<T>) -> Result<T, Failure> {
    answer.map_err(|problem| Failure::plain(format!("refused: {} - {}", problem.title, problem.detail)))
}

fn refused<T>(answer: office::Answer<T>) -> Result<crate::wire::problem::ProblemBody, Failure> {
    answer.err().ok_or_else(|| Failure::plain("the gateway served what it must refuse"))
}

fn must(kept: bool, promise: &'static str) -> Result<(), Failure> {
    if kept { Ok(()) } else { Err(Failure::plain(format!("a promise is broken: {promise}"))) }
}

fn scene(title: &str) -> Result<(), Failure> {
    give(format!("\n{title}\n{}", "-".repeat(title.chars().count())))
}

fn say(line: impl std::fmt::Display) -> Result<(), Failure> {
    give(format!("  {line}"))
}
