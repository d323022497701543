//! The story, told as it happens. Whatever does not go as told ends it with an error.

use std::fs;
use std::time::Duration;

use tokio::time::Instant;

use super::super::command_error::CommandError;
use super::super::output::{local_time, print};
use super::environment::DemoEnvironment;
use super::office;
use super::portrait::PORTRAIT;
use crate::atomic_file::{FileMode, replace};
use crate::client::gateway_client::GatewayClient;
use crate::client::photo::deposit::{ClientDepositError, RetryContext};
use crate::client::photo::push::{PushContext, PushError, PushedPhoto, push};
use crate::client::photo::spool::RepeatPolicy;
use crate::client::timer::TokioTimer;
use crate::clock::SystemClock;
use crate::domain::digest::Sha256Digest;
use crate::entropy::OsEntropy;
use crate::texts::language::Language;
use crate::wire::finding::FindingBody;

pub(super) async fn run(environment: &DemoEnvironment) -> Result<(), CommandError> {
    let started = Instant::now();
    print_heading("A gateway, a photo studio and a registration office")?;
    let addresses = environment.addresses();
    print_line(format!("Keys, authorities and database were made in {}.", environment.dir().display()))?;
    print_line(format!("Studios come by mutual TLS to {}, offices to {}.", addresses.studio, addresses.office))?;
    print_line("\"Foto Koch\" and \"Bürgerbüro Mitte\" have one device each, with a certificate of its own.")?;

    print_heading("The studio deposits a portrait")?;
    let photo = environment.dir().join("portrait.jpg");
    replace(&photo, PORTRAIT, FileMode::OwnerOnly)
        .map_err(|error| CommandError::new("cannot write the portrait", error))?;
    let studio_client = environment.studio_client()?;
    let pushed = deposit(&studio_client, &photo).await?.map_err(|error| CommandError::plain(error.to_string()))?;
    let (receipt, code) = (&pushed.receipt, pushed.receipt.code.as_str());
    let (width, height, bytes) = (receipt.width, receipt.height, receipt.bytes);
    print_line(format!("{width} x {height} pixels, {bytes} bytes, judged by {}: accepted.", receipt.profile))?;
    print_line("The gateway sealed it under a code, forgot the code, and answered:")?;
    print("")?;
    print_line(format!("    {code}"))?;
    print("")?;
    print_line(format!(
        "The citizen carries the code to the counter. It works until {}.",
        local_time(receipt.expires_at)
    ))?;

    print_heading("The office collects it")?;
    let office_client = environment.office_client()?;
    let collected = expect_success(office::collect(&office_client, &code.to_lowercase().replace('-', " ")).await?)?;
    let name = format!("{}, {}", collected.photo.studio.name, collected.photo.studio.place);
    print_line(format!(
        "The clerk types it in lower case with spaces. Photo by {name}; held until {}.",
        local_time(collected.lease_until)
    ))?;
    let first = office::fetch(&office_client, collected.collection_id, code).await?;
    let again = office::fetch(&office_client, collected.collection_id, code).await?;
    let (sent, got) = (Sha256Digest::of(PORTRAIT), Sha256Digest::of(&first));
    ensure(first == again && sent == got, "the picture must arrive byte for byte")?;
    print_line(format!("Sent      SHA-256 {sent}"))?;
    print_line(format!("Collected SHA-256 {got}"))?;
    print_line("Byte for byte the same; fetched twice, as after a download that broke off.")?;
    let settlement = expect_success(office::settle_as_used(&office_client, collected.collection_id).await?)?;
    ensure(settlement.erased, "a used photo must be erased")?;
    print_line(format!(
        "Settled as used on {}. The picture is erased; only the fact remains.",
        local_time(settlement.settled_at)
    ))?;

    print_heading("What does not work")?;
    let refusal = expect_refusal(office::collect(&office_client, code).await?)?;
    ensure(refusal.kind == "photo-settled", "a settled photo must not be collected again")?;
    print_line(format!("The same code again: {} - {}", refusal.title, refusal.detail))?;
    let mistyped = with_one_wrong_symbol(code);
    let refusal = expect_refusal(office::collect(&office_client, &mistyped).await?)?;
    ensure(refusal.kind == "code-malformed", "a typo must be told as one")?;
    print_line(format!("A typo: {} - {}", refusal.title, refusal.detail))?;
    refuse_cut_photo(environment, &studio_client).await?;
    refuse_revoked_device(environment, &photo).await?;

    print("")?;
    print_line(format!("That was the main job, in {} ms.", started.elapsed().as_millis()))?;
    print_line("`demo --serve` leaves such a gateway running, for curl (see README).")?;
    Ok(())
}

async fn refuse_cut_photo(environment: &DemoEnvironment, studio_client: &GatewayClient) -> Result<(), CommandError> {
    let photo = environment.dir().join("cut.jpg");
    replace(&photo, &PORTRAIT[..PORTRAIT.len() / 3], FileMode::OwnerOnly)
        .map_err(|error| CommandError::new("cannot write the cut portrait", error))?;
    let Err(PushError::Deposit(ClientDepositError::Refused(problem))) = deposit(studio_client, &photo).await? else {
        return Err(CommandError::plain("a cut photo must be refused"));
    };
    print_line(format!("A photo whose upload folder lost two thirds of it: {}", problem.title))?;
    let findings = problem.extensions.get("findings").cloned().unwrap_or_default();
    let findings: Vec<FindingBody> = serde_json::from_value(findings).unwrap_or_default();
    ensure(!findings.is_empty(), "a refused photo must have findings")?;
    for FindingBody { message, measured, limit, hint, .. } in findings {
        print_line(format!("    {message} (measured: {measured}; asked for: {limit})"))?;
        print_line(format!("    {hint}"))?;
    }
    Ok(())
}

async fn refuse_revoked_device(environment: &DemoEnvironment, photo: &std::path::Path) -> Result<(), CommandError> {
    let client = environment.studio_client()?;
    let served = client.get("/v1/me").send().await.map_err(|error| CommandError::new("no answer", error))?;
    ensure(served.status().is_success(), "a device in good standing must be served")?;
    // Read to its end, so that the line stays open for the next request.
    let _ = served.bytes().await;
    let revoked = environment.context().administration().revoke_device(environment.studio_device()).await?;
    ensure(revoked, "the device must be revoked now")?;
    match client.get("/v1/me").send().await {
        Ok(answer) => {
            ensure(answer.status().as_u16() == 403, "a revoked device must not be served")?;
            print_line("The studio's device is revoked: refused at its very next request, on the line that was open.")?;
        }
        // The second in which open lines are cut came first.
        Err(_) => print_line("The studio's device is revoked: its open line was cut.")?,
    }
    let copy = photo.with_file_name("second.jpg");
    fs::copy(photo, &copy).map_err(|error| CommandError::new("cannot copy the portrait", error))?;
    let Err(error) = deposit(&environment.studio_client()?, &copy).await? else {
        return Err(CommandError::plain("a revoked device must not deposit"));
    };
    let reason = std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
    print_line(format!("And on a new one: {reason}"))?;
    Ok(())
}

async fn deposit(
    client: &GatewayClient,
    photo: &std::path::Path,
) -> Result<Result<PushedPhoto, PushError>, CommandError> {
    let timer = TokioTimer::begin();
    let retry = RetryContext {
        clock: &SystemClock,
        entropy: &OsEntropy,
        timer: &timer,
        give_up_after: Duration::from_secs(5),
        on_progress: &|_| {},
    };
    let (language, repeat) = (Language::English, RepeatPolicy::ReturnReceipt);
    let push_context = PushContext { client, language, repeat, declared: None, retry };
    Ok(push(photo, &push_context).await)
}

/// The code with its first symbol changed to another of the alphabet.
fn with_one_wrong_symbol(code: &str) -> String {
    let first = if code.starts_with('7') { "8" } else { "7" };
    format!("{first}{}", code.get(1..).unwrap_or_default())
}

fn expect_success<T>(answer: office::ApiResult<T>) -> Result<T, CommandError> {
    answer.map_err(|problem| CommandError::plain(format!("refused: {} - {}", problem.title, problem.detail)))
}

fn expect_refusal<T>(answer: office::ApiResult<T>) -> Result<crate::wire::problem::ProblemBody, CommandError> {
    answer.err().ok_or_else(|| CommandError::plain("the gateway served what it must refuse"))
}

fn ensure(kept: bool, promise: &'static str) -> Result<(), CommandError> {
    if kept { Ok(()) } else { Err(CommandError::plain(format!("a promise is broken: {promise}"))) }
}

fn print_heading(title: &str) -> Result<(), CommandError> {
    print("")?;
    print(title)?;
    print("-".repeat(title.chars().count()))
}

fn print_line(line: impl std::fmt::Display) -> Result<(), CommandError> {
    print(format!("  {line}"))
}
