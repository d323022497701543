//! Messages about the events of a watched folder.

use std::ffi::OsStr;
use std::path::Path;

use super::connection::about_transient_error;
use super::deposit::{about_deposit, is_for_good};
use super::files::about_unwritable_note;
use super::push::{about_progress, about_push};
use super::renewal::about_renewal;
use crate::cli::studio::receipt_text::{moment, on_one_line};
use crate::client::deposited::journal::DepositNote;
use crate::client::watch::WatchEvent;
use crate::domain::display_text::escaped;
use crate::texts::language::Language;

/// Number of names that are shown of many.
const SHOWN_NAMES: usize = 5;

/// Names on one line; of many, the first ones and how many more there are.
pub fn listed(names: &[impl AsRef<Path>]) -> String {
    let shown: Vec<_> = names.iter().take(SHOWN_NAMES).map(on_one_line).collect();
    let more = names.len().saturating_sub(SHOWN_NAMES);
    let more = if more > 0 { format!(" (+{more})") } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

/// The message for the person at the screen; `None` where a line among the results says it all.
pub fn about_event(event: &WatchEvent<'_>, language: Language) -> Option<String> {
    let message = match event {
        WatchEvent::Sent { .. }
        | WatchEvent::Refused { .. }
        | WatchEvent::RefusedByOffice { .. }
        | WatchEvent::Erased { .. } => return None,
        WatchEvent::HasCodeAlready { name, earlier } => {
            let (name, before, at) = about_earlier(name, earlier, language);
            language.pick(
                format!("{name} ist dieselbe Datei wie {before} (eingeliefert {at}) und hat deren Abrufcode bekommen; gesendet wurde nichts. Es ist nichts zu tun."),
                format!("{name} is the same file as {before} (deposited {at}) and was given its code; nothing was sent. Nothing to do."),
            )
        }
        WatchEvent::HasSecondCode { name, earlier } => {
            let (name, before, at) = about_earlier(name, earlier, language);
            let number = earlier.photo_id.short();
            language.pick(
                format!(
                    "{name} ist dieselbe Datei wie {before} (eingeliefert {at}), deren Quittung hier nicht mehr gespeichert ist: das Foto hat jetzt zwei \
                     Abrufcodes. Wird der erste nicht mehr gebraucht: `lichtbild-studio withdraw {number}`."
                ),
                format!(
                    "{name} is the same file as {before} (deposited {at}), whose receipt is no longer stored here: the photo has two codes now. If the \
                     first is not needed any more: `lichtbild-studio withdraw {number}`."
                ),
            )
        }
        WatchEvent::NoteFailed { name, error } => format!("{}: {}", on_one_line(name), about_unwritable_note(error, language)),
        WatchEvent::Resuming { photos } => language.pick(
            format!("{photos} Foto(s) von vorhin waren nicht fertig; es geht mit ihnen weiter."),
            format!("{photos} photo(s) of before were not finished; they go on."),
        ),
        WatchEvent::ChangedAfterSending { name, receipt_file } => language.pick(
            format!(
                "{} wurde nach dem Einlesen noch verändert. Der Abrufcode für den früheren Stand liegt in {}; der jetzige Stand wird als neues Foto \
                 behandelt. Es ist nichts zu tun; im Exportprogramm das nachträgliche Schreiben abstellen.",
                on_one_line(name),
                on_one_line(receipt_file)
            ),
            format!(
                "{} was changed after it had been read. The code for what it was lies in {}; what it is now is treated as a new photo. Nothing to do; \
                 stop the exporting program from writing later on.",
                on_one_line(name),
                on_one_line(receipt_file)
            ),
        ),
        WatchEvent::Vanished { name } => language.pick(
            format!("{} wurde aus dem Arbeitsordner entfernt, bevor es fertig war. Wird es noch gebraucht, neu exportieren.", on_one_line(name)),
            format!("{} was removed from the working folder before it was finished. Export it again if it is still needed.", on_one_line(name)),
        ),
        WatchEvent::LeftoverKept { path } => language.pick(
            format!("{} enthält Reste eines Vorgangs und kann gelöscht werden, wenn niemand mehr danach fragt.", on_one_line(path)),
            format!("{} holds what is left of a deposit; delete it when nobody asks for it any more.", on_one_line(path)),
        ),
        WatchEvent::GatewayDown { error } => language.pick(
            format!("{} Die Fotos warten und gehen von selbst hinaus; es ist nichts zu tun.", about_transient_error(error, language)),
            format!("{} The photos wait and go out by themselves; nothing to do.", about_transient_error(error, language)),
        ),
        WatchEvent::GatewayRecovered { since } => {
            let since = moment(*since, language);
            language.pick(
                format!("Das Gateway antwortet wieder (seit {since} tat es das nicht). Die wartenden Fotos gehen hinaus."),
                format!("The gateway answers again (it did not since {since}). The waiting photos go out."),
            )
        }
        WatchEvent::Unauthorized { error } => {
            let (_, cause) = about_deposit(error, language);
            let next = match is_for_good(error) {
                true => language.pick(
                    "Die Fotos bleiben sicher im Arbeitsordner und gehen hinaus, sobald dieser Rechner mit `lichtbild-studio enrol --replace` neu \
                     angemeldet ist.",
                    "The photos stay safe in the working folder and go out as soon as this computer is enrolled anew with `lichtbild-studio enrol \
                     --replace`.",
                ),
                false => language.pick(
                    "Die Fotos bleiben sicher im Arbeitsordner; alle 5 Minuten wird von selbst neu gefragt.",
                    "The photos stay safe in the working folder; the gateway is asked again every 5 minutes.",
                ),
            };
            format!("{cause}\n{next}")
        }
        WatchEvent::Stuck { name, error } => {
            let (_, cause) = about_push(error, language);
            let next = language.pick(
                "Das Foto bleibt im Arbeitsordner; alle 5 Minuten wird es von selbst neu versucht.",
                "The photo stays in the working folder and is tried again every 5 minutes.",
            );
            format!("{}: {cause}\n{next}", on_one_line(name))
        }
        WatchEvent::FileUnreadable { name, error } => language.pick(
            format!(
                "{} lässt sich nicht lesen ({error}) und bleibt liegen. Leserechte geben oder die Datei im anderen Programm schließen; dann geht es \
                 von selbst weiter.",
                on_one_line(name)
            ),
            format!(
                "{} cannot be read ({error}) and stays where it is. Give permission to read it, or close it in the other program; then it goes on \
                 by itself.",
                on_one_line(name)
            ),
        ),
        WatchEvent::FileEmpty { name } => language.pick(
            format!("{} ist leer und bleibt liegen. Das Foto noch einmal exportieren.", on_one_line(name)),
            format!("{} is empty and stays where it is. Export the photo again.", on_one_line(name)),
        ),
        WatchEvent::FilesSkipped { names } => {
            let shown = listed(names);
            language.pick(
                format!("Keine Fotos und darum nicht angesehen: {shown}. Gehört eine dieser Dateien eingeliefert: als .jpg exportieren."),
                format!("No photos, and therefore not looked at: {shown}. To have one of these files deposited, export it as .jpg."),
            )
        }
        WatchEvent::SubFolderSkipped { name } => language.pick(
            format!("In den Unterordner {} wird nicht hineingesehen. Für Fotos darin einen eigenen watch starten oder sie hierher exportieren.", on_one_line(name)),
            format!("The sub-folder {} is not looked into. For photos in it start a watch of its own, or export them to here.", on_one_line(name)),
        ),
        WatchEvent::FolderLost { folder, error } => language.pick(
            format!(
                "Der Ordner {} ist nicht mehr erreichbar ({error}). Netzlaufwerk oder Datenträger wieder verbinden; dann geht es von selbst weiter, und \
                 kein Foto geht verloren. Wurde der Ordner neu angelegt, dieses Programm neu starten.",
                on_one_line(folder)
            ),
            format!(
                "The folder {} cannot be reached any more ({error}). Connect the network share or disk again; then it goes on by itself, and no photo \
                 is lost. If the folder was made anew, start this program again.",
                on_one_line(folder)
            ),
        ),
        WatchEvent::FolderRecovered => {
            language.pick("Der Ordner ist wieder da; es geht weiter.", "The folder is back; it goes on.").to_owned()
        }
        WatchEvent::StorageFailed { error } => language.pick(
            format!("Der Datenträger nimmt nichts an ({error}). Platz schaffen oder Rechte prüfen; die Fotos bleiben liegen, und es geht von selbst weiter."),
            format!("The disk takes nothing ({error}). Make room or check permissions; the photos stay where they are, and it goes on by itself."),
        ),
        WatchEvent::StorageRecovered => language.pick(
            "Der Datenträger nimmt wieder an; es geht weiter.".to_owned(),
            "The disk takes files again; it goes on.".to_owned(),
        ),
        WatchEvent::ClaimFailed { name, error } => language.pick(
            format!("{} lässt sich nicht übernehmen ({error}). Wahrscheinlich ist die Datei noch geöffnet; sie im anderen Programm schließen.", on_one_line(name)),
            format!("{} cannot be taken ({error}). It is probably still open; close it in the other program.", on_one_line(name)),
        ),
        WatchEvent::Progress { name, event } => format!("{}: {}", on_one_line(name), about_progress(event, language)),
        WatchEvent::ProfileLoaded { profile, unknown_checks: [] } => language.pick(
            format!("Geprüft wird nach den Regeln des Gateways: {profile}."),
            format!("Photos are judged by the gateway's rules: {profile}."),
        ),
        WatchEvent::ProfileLoaded { profile, unknown_checks } => {
            let unknown = unknown_checks.join(", ");
            language.pick(
                format!("Geprüft wird nach den Regeln des Gateways: {profile}; {unknown} prüft nur das Gateway. Lichtbild bei Gelegenheit aktualisieren."),
                format!("Photos are judged by the gateway's rules: {profile}; {unknown} by the gateway alone. Update Lichtbild when convenient."),
            )
        }
        WatchEvent::ProfileUnknown => language.pick(
            "Die Regeln des Gateways sind noch nicht bekannt; bis dahin prüft nur das Gateway. Es ist nichts zu tun.".to_owned(),
            "The gateway's rules are not known yet; until then the gateway alone judges. Nothing to do.".to_owned(),
        ),
        WatchEvent::ClientRenewed => language.pick(
            "Das Zertifikat dieses Geräts wurde erneuert; es ist nichts zu tun.".to_owned(),
            "This device's certificate was renewed; nothing to do.".to_owned(),
        ),
        WatchEvent::RenewalFailed { error, not_after, next_try } => {
            let (_, cause) = about_renewal(error, language);
            let (not_after, next_try) = (moment(*not_after, language), moment(*next_try, language));
            let next = language.pick(
                format!("Das Zertifikat gilt bis {not_after}; ab {next_try} wird die Erneuerung von selbst neu versucht."),
                format!("The certificate lasts until {not_after}; renewing it is tried again by itself from {next_try} on."),
            );
            format!("{cause}\n{next}")
        }
    };
    Some(message)
}

fn about_earlier(name: &OsStr, earlier: &DepositNote, language: Language) -> (String, String, String) {
    (on_one_line(name), escaped(&earlier.name).into_owned(), moment(earlier.deposited_at, language))
}
