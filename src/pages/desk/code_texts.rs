//! Texts for a text that is no code. The script of the page shows some of them before anything is sent.

use maud::{Markup, html};

use crate::domain::code::foreign_content::ForeignContent;
use crate::domain::code::keyboard_fault::KeyboardFault;
use crate::domain::code::retrieval_code::{CodeError, SymbolPosition};
use crate::domain::display_text::readable_character;
use crate::texts::language::Language;

/// Kind of the error, in a few words.
pub(in crate::pages::desk) fn title(error: CodeError, language: Language) -> &'static str {
    match error {
        CodeError::Length { symbols: 0 } => language.pick("Noch kein Code eingegeben", "No code entered yet"),
        CodeError::Foreign(_) => language.pick("Das ist kein Abrufcode", "This is not a retrieval code"),
        CodeError::Keyboard(_) | CodeError::SwappedLayout => {
            language.pick("Der Code kam verändert an", "The code did not arrive as it is")
        }
        _ => language.pick("Der Code enthält einen Tippfehler", "The code is mistyped"),
    }
}

/// Explanation of what is wrong and what to do.
pub(in crate::pages::desk) fn explanation(error: CodeError, language: Language) -> String {
    match error {
        CodeError::Length { symbols: 0 } => language
            .pick(
                "Scannen Sie den Code vom Beleg, oder tippen Sie ihn ein.",
                "Scan the code from the receipt, or type it.",
            )
            .into(),
        CodeError::Length { symbols } => length_text(symbols, language),
        CodeError::GroupLength { group, symbols } => group_text(group, symbols, language),
        CodeError::UnknownCharacter { character, place } => {
            let character = readable_character(character);
            match place {
                Some(SymbolPosition { group, .. }) => character_text(group, &character, language),
                None => foreign_character_text(&character, language),
            }
        }
        CodeError::CheckSymbol => check_text(language).into(),
        CodeError::SwappedLayout => layout_text(language).into(),
        CodeError::Keyboard(fault) => {
            format!("{} {}", keyboard_text(fault, language), keyboard_advice(fault, language))
        }
        CodeError::Foreign(content) => {
            format!("{} {}", foreign_text(content, language), foreign_advice(content, language))
        }
    }
}

/// Sentence that the clerk can say now. Nothing was looked up, so it promises nothing about the photo. `None` if nothing was entered.
pub(in crate::pages::desk) fn say_to_citizen(error: CodeError, language: Language) -> Option<&'static str> {
    match error {
        CodeError::Length { symbols: 0 } => None,
        CodeError::Foreign(_) => Some(language.pick(
            "Das ist nicht der Code, den ich hier brauche. Haben Sie vom Fotostudio einen Beleg mit einem Code aus 20 Zeichen?",
            "This is not the code that I need here. Do you have a receipt from the studio, with a code of 20 characters?",
        )),
        CodeError::Keyboard(_) | CodeError::SwappedLayout => Some(language.pick(
            "Unser Scanner ist gerade nicht richtig eingestellt. Einen Augenblick, ich tippe Ihren Code ein.",
            "Our scanner is not set right at the moment. One moment, I will type your code.",
        )),
        _ => Some(typo_to_citizen(language)),
    }
}

/// True if the scanner or the keyboard may be the cause, so that the self-test helps.
pub(in crate::pages::desk) fn is_for_self_test(error: CodeError) -> bool {
    matches!(error, CodeError::Foreign(_) | CodeError::Keyboard(_) | CodeError::SwappedLayout)
}

/// The way to the self-test.
pub(in crate::pages::desk) fn self_test_text(language: Language) -> &'static str {
    language.pick("Scanner im Selbsttest prüfen", "Check the scanner in the self-test")
}

/// Texts that the script shows before anything is sent, with places for what it finds.
pub(in crate::pages::desk) fn script_texts(language: Language) -> Markup {
    let empty = CodeError::Length { symbols: 0 };
    html! {
        template #typo
            data-title=(title(CodeError::CheckSymbol, language))
            data-title-empty=(title(empty, language))
            data-title-layout=(title(CodeError::SwappedLayout, language))
            data-empty=(explanation(empty, language))
            data-group=(group_text("{group}", "{count}", language))
            data-length=(length_text("{count}", language))
            data-character=(character_text("{group}", "{character}", language))
            data-foreign=(foreign_character_text("{character}", language))
            data-check=(check_text(language))
            data-layout=(layout_text(language))
            data-self-test=(self_test_text(language))
            data-say=(language.pick("Das können Sie jetzt sagen", "What you can say now"))
            data-citizen=(typo_to_citizen(language))
            data-citizen-layout=[say_to_citizen(CodeError::SwappedLayout, language)] {}
    }
}

fn group_text(group: impl std::fmt::Display, count: impl std::fmt::Display, language: Language) -> String {
    language.pick(
        format!("Gruppe {group} hat {count} Zeichen statt 5. Vergleichen Sie den Code mit dem Beleg."),
        format!("Group {group} has {count} characters instead of 5. Compare the code with the receipt."),
    )
}

fn length_text(count: impl std::fmt::Display, language: Language) -> String {
    language.pick(
        format!("Ein Code hat 20 Zeichen, hier sind es {count}. Vergleichen Sie ihn mit dem Beleg."),
        format!("A code has 20 characters, this one has {count}. Compare it with the receipt."),
    )
}

fn character_text(group: impl std::fmt::Display, character: &str, language: Language) -> String {
    language.pick(
        format!("In Gruppe {group} steht „{character}“, das in keinem Code vorkommt. Vergleichen Sie den Code mit dem Beleg."),
        format!("Group {group} contains “{character}”, which is in no code. Compare the code with the receipt."),
    )
}

fn foreign_character_text(character: &str, language: Language) -> String {
    language.pick(
        format!("„{character}“ kommt in keinem Code vor. Vergleichen Sie den Code mit dem Beleg."),
        format!("“{character}” is in no code. Compare the code with the receipt."),
    )
}

fn check_text(language: Language) -> &'static str {
    language.pick(
        "Ein Zeichen stimmt nicht, oder zwei sind vertauscht. Vergleichen Sie den Code mit dem Beleg.",
        "A character is wrong, or two are swapped. Compare the code with the receipt.",
    )
}

fn layout_text(language: Language) -> &'static str {
    language.pick(
        "Y und Z sind vertauscht: Der Scanner oder die Tastatur ist auf ein anderes Land eingestellt.",
        "Y and Z are swapped: the scanner or the keyboard is set to another country.",
    )
}

/// Effect of a setting on the characters, and the setting.
pub(in crate::pages::desk) fn keyboard_text(fault: KeyboardFault, language: Language) -> &'static str {
    match fault {
        KeyboardFault::HyphenAsEszett => language.pick(
            "Die Bindestriche kamen als „ß“ an: Der Scanner tippt auf einer US-Tastatur.",
            "The hyphens arrived as “ß”: the scanner types on a US keyboard.",
        ),
        KeyboardFault::ShiftLock => language.pick(
            "Statt der Ziffern kamen die Zeichen darüber an: Die Feststelltaste ist eingerastet.",
            "Instead of digits the signs above them arrived: caps lock is on.",
        ),
        KeyboardFault::French => language.pick(
            "Der Scanner oder dieser Computer ist auf eine französische Tastatur (AZERTY) eingestellt.",
            "The scanner or this computer is set to a French keyboard (AZERTY).",
        ),
    }
}

fn keyboard_advice(fault: KeyboardFault, language: Language) -> &'static str {
    match fault {
        KeyboardFault::ShiftLock => {
            language.pick("Lösen Sie sie, und scannen Sie noch einmal.", "Release it, and scan once more.")
        }
        KeyboardFault::HyphenAsEszett | KeyboardFault::French => language
            .pick("Bis er richtig eingestellt ist, tippen Sie den Code ein.", "Type the code until it is set right."),
    }
}

/// Kind of the symbol that was scanned.
pub(in crate::pages::desk) fn foreign_text(content: ForeignContent, language: Language) -> String {
    match content {
        ForeignContent::CloudPhoto => language.pick(
            "Das sieht aus wie das Symbol des bundesweiten E-Passfoto-Verfahrens.",
            "This looks like the symbol of the nationwide E-Passfoto procedure.",
        ),
        ForeignContent::WebAddress => language.pick(
            "Das ist eine Internetadresse, zum Beispiel aus einem QR-Code.",
            "This is a web address, from a QR code for instance.",
        ),
        ForeignContent::ArticleNumber => language.pick(
            "Das ist eine Artikelnummer (EAN) aus einem Strichcode.",
            "This is an article number (EAN) from a bar code.",
        ),
        ForeignContent::Other { characters } => {
            return language.pick(
                format!("Das ist der Inhalt eines anderen Symbols ({characters} Zeichen)."),
                format!("This is the content of another symbol ({characters} characters)."),
            );
        }
    }
    .into()
}

fn foreign_advice(content: ForeignContent, language: Language) -> &'static str {
    match content {
        ForeignContent::CloudPhoto => language.pick(
            "Dessen Fotos liegen bei einem anderen Dienst; rufen Sie sie im Fachverfahren ab, nicht hier.",
            "Its photos lie with another service; collect them in your application software, not here.",
        ),
        _ => language.pick(
            "Scannen Sie das Symbol neben dem Abrufcode auf dem Beleg.",
            "Scan the symbol beside the retrieval code on the receipt.",
        ),
    }
}

fn typo_to_citizen(language: Language) -> &'static str {
    language.pick(
        "Der Code stimmt so noch nicht, ich gebe ihn noch einmal ein.",
        "The code is not right yet, I will enter it again.",
    )
}
