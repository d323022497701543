//! Texts for each problem at a counter, with a person waiting.

use std::time::Duration;

use crate::api::Problem;
use crate::clock::Timestamp;
use crate::domain::local_time::{short_time, time_in_sentence};
use crate::domain::photo::PhotoState;
use crate::domain::photo::collection::CollectionState;
use crate::domain::photo::quarantine::{QuarantineReason, Quarantined};
use crate::pages::desk::code_texts;
use crate::texts::language::Language;

/// A failure for a clerk.
pub(super) struct ProblemTexts {
    /// In a few words.
    pub(super) title: String,
    /// Explanation of what happened and what to do.
    pub(super) explanation: String,
    /// Sentence that the clerk can say to the citizen now.
    pub(super) say_to_citizen: Option<String>,
}

/// The words for `problem`; those that are the program's own business keep the words that programs get.
pub(super) fn problem_texts(problem: &Problem, language: Language, now: Timestamp) -> ProblemTexts {
    let at = |at: Timestamp| time_in_sentence(at, now, language);
    let [title, what, citizen] = match problem {
        Problem::CodeMalformed { error } => {
            return ProblemTexts {
                title: code_texts::title(*error, language).into(),
                explanation: code_texts::explanation(*error, language),
                say_to_citizen: code_texts::say_to_citizen(*error, language).map(String::from),
            };
        }
        Problem::CodeIsTest => language.pick(
            [
                "Das ist das Testsymbol",
                "Der Scanner hat das Testsymbol der Selbsttest-Seite gelesen. Zu ihm gibt es nie ein Foto. Scannen Sie den Beleg \
                 der Person.",
                "Einen Moment, das war noch unser Testblatt. Darf ich Ihren Beleg scannen?",
            ],
            [
                "This is the test symbol",
                "The scanner read the test symbol of the self-test page. There is never a photo for it. Scan the person's receipt.",
                "One moment, that was our test sheet. May I scan your receipt?",
            ],
        )
        .map(String::from),
        Problem::CodeUnknown => language.pick(
            [
                "Zu diesem Code gibt es kein Foto",
                "Der Code ist richtig geschrieben, aber hier nicht bekannt. Stammt der Beleg von einem Foto für dieses Amt? Ein \
                 Code eines anderen Dienstes (zum Beispiel einer Foto-Cloud) funktioniert hier nicht.",
                "Zu diesem Code liegt hier kein Foto vor. Haben Sie einen anderen Beleg? Sonst kann das Fotostudio nachsehen.",
            ],
            [
                "There is no photo for this code",
                "The code is written correctly, but is not known here. Is the receipt for a photo that was sent to this gateway? \
                 Codes of other services (a photo cloud, for instance) do not work here.",
                "There is no photo here for this code. Do you have another receipt? Otherwise the studio can look it up.",
            ],
        )
        .map(String::from),
        Problem::PhotoLeasedElsewhere { until } => {
            let until = short_time(*until, now, language);
            language.pick(
                [
                    "Ein anderes Amt bearbeitet dieses Foto gerade".into(),
                    format!("Es ist dort längstens bis {until} geöffnet. Danach, oder wenn das Amt es zurücklegt, ist es wieder frei."),
                    format!("Ihr Foto ist gerade in einem anderen Amt geöffnet, bis spätestens {until}. Waren Sie heute schon dort?"),
                ],
                [
                    "Another office is working with this photo".into(),
                    format!("It is open there until {until} at the latest. After that, or once it is put back, it is free again."),
                    format!("Your photo is open at another office, until {until} at the latest. Were you there today?"),
                ],
            )
        }
        Problem::PhotoHandedOverElsewhere { until } => {
            let until = at(*until);
            language.pick(
                [
                    "Ein anderes Amt hat dieses Foto schon".into(),
                    format!("Nur dieses Amt kann es verwenden oder zurücklegen. Tut es beides nicht, gilt das Foto {until} als verwendet und wird gelöscht."),
                    "Ihr Foto hat schon ein anderes Amt abgerufen. Waren Sie dort? Dort kann man es weiterverwenden oder für uns freigeben.".into(),
                ],
                [
                    "Another office has this photo already".into(),
                    format!("Only that office can use it or put it back. If it does neither, the photo counts as used {until} and is erased."),
                    "Another office has collected your photo already. Were you there? They can go on with it, or release it for us.".into(),
                ],
            )
        }
        Problem::PhotoSettled { state, at: settled, office } => {
            let settled = at(*settled);
            let by = office.as_ref().map_or_else(String::new, |office| {
                language.pick(format!(" durch {}, {}", office.name, office.place), format!(" by {}, {}", office.name, office.place))
            });
            match state {
                PhotoState::Refused => language.pick(
                    [
                        "Dieses Foto wurde am Schalter abgelehnt".into(),
                        format!("Abgelehnt {settled}{by} und danach gelöscht. Das Fotostudio kennt den Grund."),
                        "Ihr Foto wurde geprüft und abgelehnt; Sie brauchen ein neues. Ihr Fotostudio kann den Grund nachsehen.".into(),
                    ],
                    [
                        "This photo was refused at the counter".into(),
                        format!("Refused {settled}{by} and then erased. The studio knows the reason."),
                        "Your photo was looked at and refused; you need a new one. Your studio can look up the reason.".into(),
                    ],
                ),
                _ => language.pick(
                    [
                        "Dieses Foto wurde schon abgerufen".into(),
                        format!("Abgeschlossen {settled}{by}. Ein Foto gilt einmal und wird danach gelöscht; es kann nicht zurückgeholt werden."),
                        "Ihr Foto wurde schon abgerufen und danach gelöscht. Für ein weiteres Dokument brauchen Sie ein neues Foto.".into(),
                    ],
                    [
                        "This photo has been collected already".into(),
                        format!("Settled {settled}{by}. A photo is good for one use and erased after it; it cannot be brought back."),
                        "Your photo was collected and then erased. For another document you need a new photo.".into(),
                    ],
                ),
            }
        }
        Problem::PhotoWithdrawn { at: withdrawn } => {
            let withdrawn = at(*withdrawn);
            language.pick(
                [
                    "Das Fotostudio hat dieses Foto zurückgezogen".into(),
                    format!("Zurückgezogen {withdrawn}. Oft gibt es dann ein besseres Foto mit einem neuen Code."),
                    "Ihr Fotostudio hat dieses Foto zurückgezogen. Haben Sie von dort einen zweiten Beleg bekommen? Sonst bitte dort nachfragen.".into(),
                ],
                [
                    "The studio withdrew this photo".into(),
                    format!("Withdrawn {withdrawn}. Often there is a better photo with a new code."),
                    "Your studio withdrew this photo. Did you get a second receipt? Otherwise please ask there.".into(),
                ],
            )
        }
        Problem::PhotoExpired { at: expired } => {
            let expired = short_time(*expired, now, language);
            language.pick(
                [
                    "Die Aufbewahrungszeit dieses Fotos ist abgelaufen".into(),
                    format!("Es war bis {expired} abrufbar und wurde dann gelöscht, wie das Gesetz es verlangt."),
                    "Ihr Foto wurde nicht rechtzeitig abgeholt und ist gelöscht. Sie brauchen ein neues.".into(),
                ],
                [
                    "The time to collect this photo is over".into(),
                    format!("It could be collected until {expired} and was then erased, as the law demands."),
                    "Your photo was not collected in time and is erased. You need a new one.".into(),
                ],
            )
        }
        Problem::PhotoQuarantined(Quarantined { reason: QuarantineReason::Restored, .. }) => language.pick(
            [
                "Dieses Foto wird noch geprüft",
                "Das Gateway wurde aus einer Sicherung wiederhergestellt; ob das Foto danach schon verwendet wurde, klärt seine \
                 Verwaltung. Der Code bleibt gültig.",
                "Ihr Foto liegt vor, wird aber noch geprüft. Bitte kommen Sie später wieder, oder lassen Sie ein neues machen.",
            ],
            [
                "This photo is being checked first",
                "The gateway was restored from a backup; its administrator finds out whether the photo was used after that. The \
                 code stays valid.",
                "Your photo is here but is still being checked. Please come back later, or have a new one taken.",
            ],
        )
        .map(String::from),
        Problem::PhotoQuarantined(Quarantined { reason: QuarantineReason::DeviceRevoked, .. }) => language.pick(
            [
                "Dieses Foto wird noch geprüft",
                "Das Gerät, von dem es kam, ist gesperrt; die Verwaltung des Gateways sieht seine Fotos durch. Der Code bleibt gültig.",
                "Ihr Foto liegt vor, wird aber noch geprüft. Bitte kommen Sie später wieder, oder lassen Sie ein neues machen.",
            ],
            [
                "This photo is being checked first",
                "The device it came from was revoked; the gateway's administrator looks through its photos. The code stays valid.",
                "Your photo is here but is still being checked. Please come back later, or have a new one taken.",
            ],
        )
        .map(String::from),
        Problem::TooManyCodes { wait } => {
            let wait = minutes(*wait, language);
            language.pick(
                [
                    "Zu viele falsche Codes".into(),
                    format!("Zum Schutz der Fotos werden hier für {wait} keine Codes nachgesehen, auch keine richtigen. Danach geht es von selbst weiter."),
                    format!("Die Codeeingabe ist hier für {wait} gesperrt. An Ihrem Code und Ihrem Foto ändert das nichts."),
                ],
                [
                    "Too many wrong codes".into(),
                    format!("To protect the photos no codes are looked up here for {wait}, not even right ones. After that it goes on by itself."),
                    format!("Entering codes is blocked here for {wait}. That changes nothing about your code and your photo."),
                ],
            )
        }
        Problem::GatewayBusy | Problem::TooManyRequests { .. } | Problem::TooManyConnections => language.pick(
            [
                "Gerade ist viel los",
                "Die Anfrage wurde nicht bearbeitet; nichts ist verloren. Versuchen Sie es in ein paar Sekunden noch einmal.",
                "Das System ist gerade ausgelastet, ich versuche es gleich noch einmal.",
            ],
            [
                "The gateway is busy",
                "The request was not worked on; nothing is lost. Try again in a few seconds.",
                "The system is busy, I will try again in a moment.",
            ],
        )
        .map(String::from),
        Problem::PhotoDamaged => language.pick(
            [
                "Dieses Foto lässt sich nicht öffnen",
                "Das liegt nicht am Code, und ein neuer Versuch hilft nicht. Rufen Sie die Verwaltung des Gateways an; das \
                 Protokoll des Gateways nennt den Grund.",
                "Ihr Foto lässt sich gerade nicht öffnen. Wir klären das; vielleicht brauchen Sie ein neues.",
            ],
            [
                "This photo cannot be opened",
                "That is not because of the code, and trying again does not help. Call the gateway's administrator; the gateway's log \
                 tells why.",
                "Your photo cannot be opened just now. We will find out; perhaps you need a new one.",
            ],
        )
        .map(String::from),
        Problem::StorageUnavailable | Problem::Internal => language.pick(
            [
                "Das Gateway ist gestört",
                "Es gab keine Bestätigung. Versuchen Sie es gleich noch einmal; unter „Heute“ steht, was abgeschlossen ist. Bleibt es \
                 dabei, rufen Sie die Verwaltung des Gateways an.",
                "Das System ist gerade gestört. Fotos gehen dabei nicht verloren.",
            ],
            [
                "The gateway has a fault",
                "Nothing was confirmed. Try again shortly; \"Today\" tells what is settled. If it lasts, call the gateway's administrator.",
                "The system has a fault just now. No photo is lost by that.",
            ],
        )
        .map(String::from),
        Problem::DeviceUnknown | Problem::DeviceRevoked { .. } => language.pick(
            [
                "Dieser Rechner ist nicht zugelassen",
                "Sein Zertifikat gehört zu keinem zugelassenen Gerät oder wurde gesperrt. Rufen Sie die Verwaltung des Gateways \
                 an; ein anderer Arbeitsplatz kann inzwischen weiterarbeiten.",
                "An diesem Platz kann ich Ihr Foto gerade nicht abrufen. An Ihrem Code ändert das nichts, eine Kollegin oder ein Kollege kann nachsehen.",
            ],
            [
                "This computer is not admitted",
                "Its certificate belongs to no admitted device, or was revoked. Call the gateway's administrator; another desk can go on \
                 meanwhile.",
                "I cannot get your photo at this desk just now. That changes nothing about your code, and a colleague can look.",
            ],
        )
        .map(String::from),
        Problem::CertificateMissing => language.pick(
            [
                "Dieser Browser hat kein Zertifikat gezeigt",
                "Schließen Sie den Browser ganz, und öffnen Sie ihn neu; stecken Sie die Karte ein, und wählen Sie bei der Frage nach \
                 dem Zertifikat das des Amtes. Fehlt es in der Auswahl, richtet die Verwaltung des Gateways es ein.",
                "An diesem Platz kann ich Ihr Foto gerade nicht abrufen. An Ihrem Code ändert das nichts, eine Kollegin oder ein Kollege kann nachsehen.",
            ],
            [
                "This browser has shown no certificate",
                "Close the browser altogether and open it again, insert the card, and choose the office's certificate when asked. If it \
                 is not among those offered, the gateway's administrator sets it up.",
                "I cannot get your photo at this desk just now. That changes nothing about your code, and a colleague can look.",
            ],
        )
        .map(String::from),
        Problem::CertificateUnusable { .. } => language.pick(
            [
                "Dieses Zertifikat gilt hier nicht".into(),
                problem.detail(language),
                "An diesem Platz kann ich Ihr Foto gerade nicht abrufen. Ihr Code bleibt gültig, eine Kollegin oder ein Kollege kann es holen.".into(),
            ],
            [
                "This certificate does not count here".into(),
                problem.detail(language),
                "I cannot get your photo at this desk just now. Your code stays valid, and a colleague can get it.".into(),
            ],
        ),
        Problem::CertificateExpired { at: expired } => {
            let expired = short_time(*expired, now, language);
            language.pick(
                [
                    "Das Zertifikat dieses Rechners ist abgelaufen".into(),
                    format!("Es galt bis {expired}. Bitten Sie die Verwaltung des Gateways um ein neues; ein anderer Arbeitsplatz kann inzwischen weiterarbeiten."),
                    "An diesem Platz kann ich Ihr Foto gerade nicht abrufen. An Ihrem Code ändert das nichts, eine Kollegin oder ein Kollege kann nachsehen.".into(),
                ],
                [
                    "The certificate of this computer has expired".into(),
                    format!("It was good until {expired}. Ask the gateway's administrator for a new one; another desk can go on meanwhile."),
                    "I cannot get your photo at this desk just now. That changes nothing about your code, and a colleague can look.".into(),
                ],
            )
        }
        Problem::PartySuspended { .. } => language.pick(
            [
                "Dieses Amt ist vorübergehend gesperrt",
                "Die Verwaltung des Gateways hat den Abruf ausgesetzt. Rufen Sie dort an.",
                "Wir können gerade keine Fotos abrufen. An Ihrem Code ändert das nichts.",
            ],
            [
                "This office is suspended",
                "The gateway's administrator has stopped collections for now. Please call there.",
                "We cannot collect photos just now. That changes nothing about your code.",
            ],
        )
        .map(String::from),
        Problem::CrossSiteForm => language.pick(
            [
                "Diese Seite war zu lange offen",
                "Oder sie kam nicht von hier. Nichts wurde geändert. Geben Sie den Code noch einmal ein.",
                "Einen Augenblick, ich gebe Ihren Code noch einmal ein.",
            ],
            [
                "This page was open for too long",
                "Or it did not come from here. Nothing was changed. Enter the code again.",
                "One moment, I will enter your code again.",
            ],
        )
        .map(String::from),
        Problem::CollectionSettled { state, at: settled } => {
            let (settled, state) = (at(*settled), state_text(*state, language));
            let title = language.pick("Dieser Abruf ist schon abgeschlossen", "This collection is settled already");
            let what = language.pick(
                format!("Abgeschlossen {settled}: {state}. Dabei bleibt es; es wurde nichts geändert."),
                format!("Settled {settled}: {state}. That stands; nothing was changed."),
            );
            return ProblemTexts { title: title.into(), explanation: what, say_to_citizen: None };
        }
        Problem::CollectionCodeRequired => language.pick(
            [
                "Hier wurde der Code noch nicht eingegeben",
                "Ein anderer Platz Ihres Amtes hat den Abruf begonnen. Nichts wurde geändert. Geben Sie den Code vom Beleg zuerst \
                 hier ein; danach können Sie das Foto verwenden oder ablehnen.",
                "Darf ich Ihren Beleg noch einmal scannen? Mit Ihrem Foto ist alles in Ordnung.",
            ],
            [
                "The code was not entered at this counter yet",
                "Another counter of your office began the collection. Nothing was changed. Enter the code from the receipt here \
                 first; then you can use or refuse the photo.",
                "May I scan your receipt once more? Nothing is wrong with your photo.",
            ],
        )
        .map(String::from),
        Problem::LeaseExpired { at: ended } | Problem::CollectionOver { at: ended } => {
            let ended = at(*ended);
            language.pick(
                [
                    "Die Zeit für dieses Foto ist zu Ende".into(),
                    format!("Sie endete {ended}. Geben Sie den Code noch einmal ein; nichts ist verloren."),
                    "Einen Augenblick, ich gebe Ihren Code noch einmal ein.".into(),
                ],
                [
                    "The time for this photo is over".into(),
                    format!("It ended {ended}. Enter the code again; nothing is lost."),
                    "One moment, I will enter your code again.".into(),
                ],
            )
        }
        Problem::CollectionUnknown | Problem::RouteUnknown => {
            let title = language.pick("Diese Seite gibt es nicht", "There is no such page");
            let what = language.pick(
                "Die Adresse stimmt nicht, oder der Abruf gehört einem anderen Amt.",
                "The address is not right, or the collection is another office's.",
            );
            return ProblemTexts { title: title.into(), explanation: what.into(), say_to_citizen: None };
        }
        other => {
            return ProblemTexts { title: other.title(language).into(), explanation: other.detail(language), say_to_citizen: None };
        }
    };
    ProblemTexts { title, explanation: what, say_to_citizen: Some(citizen) }
}

/// State of a collection in one or two words.
pub(super) fn state_text(state: CollectionState, language: Language) -> &'static str {
    match state {
        CollectionState::Leased => language.pick("in Bearbeitung", "in progress"),
        CollectionState::Used => language.pick("verwendet", "used"),
        CollectionState::Kept => language.pick("verwendet und aufbewahrt", "used and kept"),
        CollectionState::Refused => language.pick("abgelehnt", "refused"),
        CollectionState::Released => language.pick("zurückgelegt", "put back"),
        CollectionState::Lapsed => language.pick("nicht abgeschlossen, wieder frei", "not settled, free again"),
    }
}

/// A wait as people say it: whole minutes, rounded up.
fn minutes(wait: Duration, language: Language) -> String {
    match wait.as_secs().div_ceil(60).max(1) {
        1 => language.pick("eine Minute", "one minute").into(),
        minutes => language.pick(format!("{minutes} Minuten"), format!("{minutes} minutes")),
    }
}
