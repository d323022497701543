//! The steps of the demo, printed as they happen. A step with another result than expected ends the demo with an error.

use std::fs;
use std::time::Duration;

use tokio::time::Instant;

use super::environment::DemoEnvironment;
use super::office;
use super::portrait::PORTRAIT;
use crate::atomic_file::{FileMode, replace};
use crate::cli::gateway::command_error::CommandError;
use crate::cli::gateway::language::language;
use crate::cli::gateway::language::phrase;
use crate::cli::gateway::output::{local_time, print, print_indented, shown};
use crate::client::gateway_client::GatewayClient;
use crate::client::photo::deposit::{ClientDepositError, RetryContext};
use crate::client::photo::push::{PushContext, PushError, PushedPhoto, push};
use crate::client::photo::spool::RepeatPolicy;
use crate::client::timer::TokioTimer;
use crate::clock::SystemClock;
use crate::domain::digest::Sha256Digest;
use crate::entropy::OsEntropy;
use crate::wire::finding::FindingBody;

pub(super) async fn run(environment: &DemoEnvironment) -> Result<(), CommandError> {
    let started = Instant::now();
    print_heading(&phrase!("gateway-story-begin"))?;
    let addresses = environment.addresses();
    print_indented(&phrase!(
        "gateway-story-setup",
        dir = shown(environment.dir().display()),
        studio = addresses.studio,
        office = addresses.office
    ))?;

    print_heading(&phrase!("gateway-story-deposit"))?;
    let photo = environment.dir().join("portrait.jpg");
    replace(&photo, PORTRAIT, FileMode::OwnerOnly)
        .map_err(|error| CommandError::new(phrase!("gateway-demo-no-portrait"), error))?;
    let studio_client = environment.studio_client()?;
    let pushed = deposit(&studio_client, &photo).await?.map_err(|error| CommandError::plain(refused(error)))?;
    let (receipt, code) = (&pushed.receipt, pushed.receipt.code.as_str());
    let (width, height, bytes) = (receipt.width, receipt.height, receipt.bytes);
    print_indented(&phrase!(
        "gateway-story-accepted",
        width = width,
        height = height,
        bytes = bytes,
        profile = shown(&receipt.profile),
        code = code,
        end = local_time(receipt.expires_at)
    ))?;

    print_heading(&phrase!("gateway-story-collect"))?;
    let office_client = environment.office_client()?;
    let collected = expect_success(office::collect(&office_client, &code.to_lowercase().replace('-', " ")).await?)?;
    let name = format!("{}, {}", collected.photo.studio.name, collected.photo.studio.place);
    print_indented(&phrase!("gateway-story-collected", studio = shown(name), end = local_time(collected.lease_until)))?;
    let first = office::fetch(&office_client, collected.collection_id, code).await?;
    let again = office::fetch(&office_client, collected.collection_id, code).await?;
    let (sent, got) = (Sha256Digest::of(PORTRAIT), Sha256Digest::of(&first));
    ensure(first == again && sent == got, "the photo must arrive byte for byte")?;
    print_indented(&phrase!("gateway-story-same", sent = sent, got = got))?;
    let settlement = expect_success(office::settle_as_used(&office_client, collected.collection_id).await?)?;
    ensure(settlement.erased, "a used photo must be erased")?;
    print_indented(&phrase!("gateway-story-settled", time = local_time(settlement.settled_at)))?;

    print_heading(&phrase!("gateway-story-refusals"))?;
    let refusal = expect_refusal(office::collect(&office_client, code).await?)?;
    ensure(refusal.kind == "photo-settled", "a settled photo must not be collected again")?;
    print_indented(&phrase!("gateway-story-again", title = shown(&refusal.title), detail = shown(&refusal.detail)))?;
    let mistyped = with_one_wrong_symbol(code);
    let refusal = expect_refusal(office::collect(&office_client, &mistyped).await?)?;
    ensure(refusal.kind == "code-malformed", "a typo must be told as one")?;
    print_indented(&phrase!("gateway-story-typo", title = shown(&refusal.title), detail = shown(&refusal.detail)))?;
    refuse_cut_photo(environment, &studio_client).await?;
    refuse_revoked_device(environment, &photo).await?;

    print("")?;
    print_indented(&phrase!("gateway-story-end", milliseconds = started.elapsed().as_millis()))?;
    Ok(())
}

async fn refuse_cut_photo(environment: &DemoEnvironment, studio_client: &GatewayClient) -> Result<(), CommandError> {
    let photo = environment.dir().join("cut.jpg");
    replace(&photo, &PORTRAIT[..PORTRAIT.len() / 3], FileMode::OwnerOnly)
        .map_err(|error| CommandError::new(phrase!("gateway-demo-no-portrait"), error))?;
    let Err(PushError::Deposit(ClientDepositError::Refused(problem))) = deposit(studio_client, &photo).await? else {
        return ensure(false, "a cut photo must be refused");
    };
    print_indented(&phrase!("gateway-story-cut", title = shown(&problem.title)))?;
    let findings = problem.extensions.get("findings").cloned().unwrap_or_default();
    let findings: Vec<FindingBody> = serde_json::from_value(findings).unwrap_or_default();
    ensure(!findings.is_empty(), "a refused photo must have findings")?;
    for FindingBody { message, measured, limit, hint, .. } in findings {
        print_indented(&phrase!(
            "gateway-story-finding",
            message = shown(message),
            measured = shown(measured),
            limit = shown(limit),
            hint = shown(hint)
        ))?;
    }
    Ok(())
}

async fn refuse_revoked_device(environment: &DemoEnvironment, photo: &std::path::Path) -> Result<(), CommandError> {
    let client = environment.studio_client()?;
    let served = client
        .get("/v1/me")
        .send()
        .await
        .map_err(|error| CommandError::new(phrase!("gateway-demo-no-answer"), error))?;
    ensure(served.status().is_success(), "an active device must be served")?;
    // Read to its end, so that the connection stays open for the next request.
    let _ = served.bytes().await;
    let revoked = environment.context().administration().revoke_device(environment.studio_device()).await?;
    ensure(revoked, "the device must be revoked now")?;
    match client.get("/v1/me").send().await {
        Ok(answer) => {
            ensure(answer.status().as_u16() == 403, "a revoked device must not be served")?;
            print_indented(&phrase!("gateway-story-revoked"))?;
        }
        // The gateway closed the connection before the request.
        Err(_) => print_indented(&phrase!("gateway-story-cut-off"))?,
    }
    let copy = photo.with_file_name("second.jpg");
    fs::copy(photo, &copy).map_err(|error| CommandError::new(phrase!("gateway-demo-no-portrait"), error))?;
    let Err(error) = deposit(&environment.studio_client()?, &copy).await? else {
        return ensure(false, "a revoked device must not deposit");
    };
    print_indented(&phrase!("gateway-story-new-connection", reason = shown(refused(error))))?;
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
    let (language, repeat) = (language(), RepeatPolicy::ReturnReceipt);
    let push_context = PushContext { client, language, repeat, declared: None, retry };
    Ok(push(photo, &push_context).await)
}

/// The code with its first symbol changed to another of the alphabet.
fn with_one_wrong_symbol(code: &str) -> String {
    let first = if code.starts_with('7') { "8" } else { "7" };
    format!("{first}{}", code.get(1..).unwrap_or_default())
}

fn expect_success<T>(answer: office::ApiResult<T>) -> Result<T, CommandError> {
    answer.map_err(|problem| {
        CommandError::plain(phrase!("gateway-story-refused", title = problem.title, detail = problem.detail))
    })
}

fn expect_refusal<T>(answer: office::ApiResult<T>) -> Result<crate::wire::problem::ProblemBody, CommandError> {
    answer.err().ok_or_else(|| unkept("the request must be refused"))
}

fn ensure(kept: bool, promise: &'static str) -> Result<(), CommandError> {
    if kept { Ok(()) } else { Err(unkept(promise)) }
}

fn unkept(promise: &'static str) -> CommandError {
    CommandError::plain(phrase!("gateway-story-unkept", promise = promise))
}

/// Reason of a refused deposit: the gateway's if it answered.
fn refused(error: PushError) -> String {
    std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string)
}

fn print_heading(title: &str) -> Result<(), CommandError> {
    print("")?;
    print(title)?;
    print("-".repeat(title.chars().count()))
}
