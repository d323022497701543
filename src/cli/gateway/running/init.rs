//! `init` and `renew-server-certificate`

use std::error::Error;
use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use clap::{Args, value_parser};

use crate::atomic_file::{FileMode, make_folder, replace, write_new};
use crate::cli::gateway::command_error::{CommandError, cannot_read};
use crate::cli::gateway::config_option::CommonOptions;
use crate::cli::gateway::language::phrase;
use crate::cli::gateway::message::eprint;
use crate::cli::gateway::output::{print, print_json, print_lines};
use crate::cli::shown_path::{path_argument, shown_path};
use crate::clock::{Clock, SystemClock, Timestamp};
use crate::config::{Config, EXAMPLE, PublicUrl};
use crate::domain::digest::Sha256Digest;
use crate::entropy::{Entropy, OsEntropy};
use crate::identity::authority::{Authority, AuthorityKind};
use crate::identity::certificate::{certificates_from_pem, group_fingerprint, host_names};
use crate::identity::host_name::HostName;
use crate::identity::issue::{IssuanceTerms, SERVER_VALIDITY, issue_server};
use crate::identity::key::DeviceKey;
use crate::sealing::KeyFile;
use crate::server::checkpoint_signer::create_checkpoint_key;
use crate::server::secret_file::read_secret;
use crate::storage::{DatabaseLocation, SqlStore, StoreError};

#[derive(Args)]
pub(in crate::cli::gateway) struct Arguments {
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli::gateway) dir: PathBuf,
    #[arg(long = "host", value_name = "NAME", default_value = "localhost")]
    pub(in crate::cli::gateway) hosts: Vec<HostName>,
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub(in crate::cli::gateway) bind: IpAddr,
    #[arg(long, value_name = "PORT", value_parser = value_parser!(u16).range(..=65532))]
    pub(in crate::cli::gateway) port_base: Option<u16>,
    #[command(flatten)]
    pub(in crate::cli::gateway) public_urls: PublicUrlArguments,
    #[arg(long, value_name = "URL", default_value = "lichtbild.sqlite", hide_default_value = true)]
    pub(in crate::cli::gateway) database: DatabaseLocation,
    #[arg(long)]
    pub(in crate::cli::gateway) json: bool,
}

/// Addresses that are handed out if a load balancer, a router or another port stands in front of the gateway.
#[derive(Args, Default)]
pub(in crate::cli::gateway) struct PublicUrlArguments {
    #[arg(long, value_name = "URL")]
    public_studio_url: Option<PublicUrl>,
    #[arg(long, value_name = "URL")]
    public_office_url: Option<PublicUrl>,
    #[arg(long, value_name = "URL")]
    public_enrolment_url: Option<PublicUrl>,
}

#[derive(Args)]
pub(in crate::cli::gateway) struct RenewArguments {
    #[command(flatten)]
    common: CommonOptions,
    #[arg(long = "host", value_name = "NAME")]
    hosts: Vec<HostName>,
}

pub(in crate::cli::gateway) async fn run(arguments: &Arguments) -> Result<(), CommandError> {
    let config = create_gateway(arguments, SystemClock.now(), &OsEntropy).await?;
    let server_ca = fs::read_to_string(&config.certificates.server_ca).map_err(cannot_read_back)?;
    let fingerprint = server_ca_fingerprint(&server_ca)?;
    if arguments.json {
        return print_json(&serde_json::json!({
            "config": arguments.dir.join("gateway.toml"),
            "key_file": config.key_file,
            "database": config.database.to_string(),
            "ca_sha256": fingerprint,
        }));
    }
    let dir = shown_path(&arguments.dir);
    let config = path_argument(arguments.dir.join("gateway.toml"));
    print_lines(phrase!("gateway-init-done", dir = dir, config = config, ca = group_fingerprint(&fingerprint)))
}

/// Makes all files of a gateway. Nothing is overwritten: the first file that exists ends it.
pub(in crate::cli::gateway) async fn create_gateway(
    arguments: &Arguments,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<Config, CommandError> {
    let dir = &arguments.dir;
    let config_file = dir.join("gateway.toml");
    let database = arguments.database.clone().resolve_against(dir);
    let file = match &database {
        DatabaseLocation::File(file) => Some(file.clone()),
        DatabaseLocation::Server(_) => None,
    };
    for taken in ["gateway.toml", "gateway.key", "certs"].map(|name| dir.join(name)).into_iter().chain(file) {
        if taken.exists() {
            return Err(already_exists(&taken));
        }
    }
    // Revocation lists and certificates are public; secret files in the folder have a mode of their own.
    make_folder(&dir.join("certs"), FileMode::WorldReadable)
        .map_err(|error| CommandError::new(phrase!("gateway-init-no-folder", dir = dir.display()), error))?;

    // The configuration is written last: no command uses the other files without it, and init can be repeated in another folder.
    let text = configuration(arguments);
    let config = Config::parse(&text).map_err(CommandError::plain)?;
    let keys =
        KeyFile::generate(now, entropy).map_err(|error| CommandError::new(phrase!("gateway-init-no-keys"), error))?;
    let key_text = keys.to_toml().map_err(|error| CommandError::new(phrase!("gateway-init-key-file"), error))?;
    write(&dir.join("gateway.key"), key_text.as_bytes(), FileMode::OwnerOnly)?;
    let name = arguments.hosts.first().map_or_else(|| "localhost".to_owned(), ToString::to_string);
    let certs = &config.certificates;
    for (kind, certificate, key) in [
        (AuthorityKind::Studio, &certs.studio_ca, &certs.studio_ca_key),
        (AuthorityKind::Office, &certs.office_ca, &certs.office_ca_key),
        (AuthorityKind::Server, &certs.server_ca, &certs.server_ca_key),
    ] {
        let authority = Authority::create(kind, &name, now, entropy)?;
        write(&dir.join(certificate), authority.certificate_pem().as_bytes(), FileMode::WorldReadable)?;
        write(&dir.join(key), authority.key_pem().as_bytes(), FileMode::OwnerOnly)?;
        if kind == AuthorityKind::Server {
            let names = certificate_names(&arguments.hosts, &config);
            let issued = server_certificate(&authority, &names, now, entropy)?;
            write(&dir.join(&certs.server), issued.chain.as_bytes(), FileMode::WorldReadable)?;
            write(&dir.join(&certs.server_key), issued.key.to_pem().as_bytes(), FileMode::OwnerOnly)?;
        }
    }
    let [key, public_key] = [&config.audit.key, &config.audit.public_key].map(|file| dir.join(file));
    create_checkpoint_key(&key, &public_key).map_err(|error| cannot_write(&key, error))?;
    let unusable = |error| database_error(error, &database);
    let store = SqlStore::create(&database).await.map_err(unusable)?;
    let is_ours = store.bind_key_file(&keys.fingerprint()).await.map_err(unusable)?;
    store.close().await;
    if !is_ours {
        return Err(unusable(StoreError::AlreadyExists));
    }
    let audience = if database.has_password() { FileMode::OwnerOnly } else { FileMode::WorldReadable };
    write(&config_file, text.as_bytes(), audience)?;
    Ok(Config::load(&config_file)?)
}

/// Replaces the server certificate.
pub(in crate::cli::gateway) fn renew(arguments: &RenewArguments) -> Result<(), CommandError> {
    let config = Config::load(&arguments.common.file.config)?;
    let certs = &config.certificates;
    let certificate = fs::read_to_string(&certs.server_ca).map_err(cannot_read(&certs.server_ca))?;
    let authority = Authority::from_pem(&certificate, &read_secret(&certs.server_ca_key)?)?;
    let mut hosts: Vec<HostName> = config.listen.public_host.parse().into_iter().collect();
    hosts.extend(arguments.hosts.iter().cloned());
    // The names of the present certificate stay: devices that know the gateway by one of them must still reach it.
    let present = fs::read_to_string(&certs.server).ok().and_then(|pem| certificates_from_pem(&pem).ok());
    if let Some(names) = present.and_then(|chain| host_names(chain.first()?).ok()) {
        hosts.extend(names.into_iter().filter(|name| !hosts.contains(name)).collect::<Vec<_>>());
    }
    let issued = server_certificate(&authority, &certificate_names(&hosts, &config), SystemClock.now(), &OsEntropy)?;
    let failed = |error: io::Error| CommandError::new(phrase!("gateway-renew-failed"), error);
    // Between the two steps key and certificate do not match; a gateway that starts in between reports that.
    replace(&certs.server_key, issued.key.to_pem().as_bytes(), FileMode::OwnerOnly).map_err(failed)?;
    replace(&certs.server, issued.chain.as_bytes(), FileMode::WorldReadable).map_err(failed)?;
    if arguments.common.json {
        print_json(&serde_json::json!({ "certificate": certs.server, "expires_at": issued.expires_at }))?;
    } else {
        print(certs.server.display())?;
    }
    eprint(phrase!("gateway-renew-done"));
    Ok(())
}

/// A server certificate with its CA's, as the gateway shows them.
struct ServerCertificate {
    chain: String,
    key: DeviceKey,
    expires_at: Timestamp,
}

fn server_certificate(
    authority: &Authority,
    names: &[HostName],
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<ServerCertificate, CommandError> {
    let key = DeviceKey::generate()?;
    let issued = issue_server(
        authority,
        names,
        &key.public_key(),
        &IssuanceTerms::with_validity(SERVER_VALIDITY),
        now,
        entropy,
    )?;
    Ok(ServerCertificate { chain: issued.pem + &authority.certificate_pem(), key, expires_at: issued.not_after })
}

/// The given names, the hosts of the public addresses, and the loopback names of the machine.
fn certificate_names(given: &[HostName], config: &Config) -> Vec<HostName> {
    let own = ["localhost", "127.0.0.1", "::1"].into_iter().filter_map(|own| own.parse().ok());
    let mut names = given.to_vec();
    for name in config.public_hosts().into_iter().chain(own) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn configuration(arguments: &Arguments) -> String {
    let port = |default: u16, offset: u16| match arguments.port_base {
        None => default,
        Some(0) => 0,
        Some(base) => base + offset,
    };
    let address = |ip, default, offset| SocketAddr::from((ip, port(default, offset))).to_string();
    let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let host = arguments.hosts.first().map_or_else(|| "localhost".to_owned(), ToString::to_string);
    let PublicUrlArguments { public_studio_url, public_office_url, public_enrolment_url } = &arguments.public_urls;
    let public_urls =
        [("studio", public_studio_url), ("office", public_office_url), ("enrolment", public_enrolment_url)]
            .into_iter()
            .filter_map(|(listener, url)| {
                let example = format!("# public_{listener}_url = \"https://{listener}.gateway.stadt.example\"");
                Some((example, format!("public_{listener}_url = \"{}\"", url.as_ref()?)))
            });
    let text = [
        ("studio = \"127.0.0.1:8443\"", format!("studio = \"{}\"", address(arguments.bind, 8443, 0))),
        ("office = \"127.0.0.1:9443\"", format!("office = \"{}\"", address(arguments.bind, 9443, 1))),
        ("enrolment = \"127.0.0.1:7443\"", format!("enrolment = \"{}\"", address(arguments.bind, 7443, 2))),
        ("ops = \"127.0.0.1:9090\"", format!("ops = \"{}\"", address(loopback, 9090, 3))),
        ("public_host = \"localhost\"", format!("public_host = \"{host}\"")),
        (
            "database = \"lichtbild.sqlite\"",
            format!("database = {}", toml::Value::from(arguments.database.to_config_value().as_str())),
        ),
    ]
    .into_iter()
    .fold(EXAMPLE.to_owned(), |text, (default, chosen)| text.replace(default, &chosen));
    public_urls.fold(text, |text, (example, chosen)| text.replace(&example, &chosen))
}

fn write(file: &Path, text: &[u8], audience: FileMode) -> Result<(), CommandError> {
    write_new(file, text, audience).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => already_exists(file),
        _ => cannot_write(file, error),
    })
}

fn cannot_write(file: &Path, error: io::Error) -> CommandError {
    CommandError::new(phrase!("gateway-init-not-written", file = file.display()), error)
}

fn already_exists(file: &Path) -> CommandError {
    CommandError::plain(phrase!("gateway-init-exists", file = file.display()))
}

fn database_error(error: StoreError, database: &DatabaseLocation) -> CommandError {
    match (&error, database) {
        (StoreError::AlreadyExists, DatabaseLocation::File(file)) => already_exists(file),
        (StoreError::AlreadyExists, DatabaseLocation::Server(_)) => {
            CommandError::plain(phrase!("gateway-init-database-in-use", database = database))
        }
        (StoreError::Unavailable(cause), _) => CommandError::plain(phrase!(
            "gateway-init-database-unavailable",
            database = database,
            cause = cause,
            advice = error.advice(database)
        )),
        _ => error.into(),
    }
}

fn cannot_read_back(error: impl Error) -> CommandError {
    CommandError::new(phrase!("gateway-init-not-read-back"), error)
}

fn server_ca_fingerprint(pem: &str) -> Result<Sha256Digest, CommandError> {
    let certificates = certificates_from_pem(pem).map_err(cannot_read_back)?;
    let der = certificates.first().map(Vec::as_slice).unwrap_or_default();
    Ok(Sha256Digest::of(der))
}
