//! Texts about each check and each case, from `src/texts/{de,en}/checks.ftl`: the message states the fault, the hint a remedy.

use super::checks::{Check, FindingDetail};
use crate::texts::language::Language;
use crate::texts::text;

impl Check {
    /// The check in two or three words, for tables and headings.
    pub fn label(self, language: Language) -> String {
        text!(language, format!("check-{}.label", kebab_case(self.name())))
    }

    pub(super) fn message(self, language: Language) -> String {
        text!(language, format!("check-{}", kebab_case(self.name())))
    }

    pub(super) fn hint(self, language: Language) -> String {
        text!(language, format!("check-{}.hint", kebab_case(self.name())))
    }

    /// Instruction for declaring that the check does not fit this person: children have smaller faces and move, and some people cannot be
    /// photographed as the rules ask. `None` if the check has no exception.
    pub fn declaration_hint(self, language: Language) -> Option<String> {
        self.has_exception().then(|| text!(language, "check-declaration-hint"))
    }
}

impl FindingDetail {
    /// `offset` is the distance of the face from the middle, for the cases that state it.
    pub(super) fn message(self, language: Language, offset: &str) -> String {
        text!(language, format!("check-detail-{}", kebab_case(self.into())), offset = offset)
    }

    pub(super) fn hint(self, language: Language) -> String {
        text!(language, format!("check-detail-{}.hint", kebab_case(self.into())))
    }
}

fn kebab_case(name: &str) -> String {
    name.replace('_', "-")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use strum::VariantArray;

    use super::*;

    fn assert_sentences(language: Language, message: &str, hint: &str) {
        for text in [message, hint] {
            assert!(text.ends_with('.') && !text.contains("  ") && !text.contains(['{', '}']), "{text}");
        }
        assert!(!message.contains("Bitte"), "{message}: what to do belongs into the hint");
        assert!(language == Language::English || hint.contains("Bitte"), "{hint}");
    }

    #[test]
    fn every_check_has_a_message_and_a_hint_in_both_languages() {
        for check in Check::VARIANTS {
            for language in [Language::German, Language::English] {
                assert_sentences(language, &check.message(language), &check.hint(language));
            }
        }
    }

    #[test]
    fn every_case_has_sentences_of_its_own_in_both_languages() {
        for detail in FindingDetail::VARIANTS {
            for language in [Language::German, Language::English] {
                let message = detail.message(language, "45 px");
                assert_sentences(language, &message, &detail.hint(language));
                assert_ne!(message, detail.check().message(language), "{detail:?}");
            }
        }
    }

    #[test]
    fn labels_are_short_and_no_two_are_the_same() {
        for language in [Language::German, Language::English] {
            let labels: Vec<String> = Check::VARIANTS.iter().map(|check| check.label(language)).collect();
            assert!(labels.iter().all(|label| (1..=24).contains(&label.chars().count())), "{labels:?}");
            assert_eq!(HashSet::<&String>::from_iter(&labels).len(), Check::VARIANTS.len());
        }
    }

    #[test]
    fn checks_with_exceptions_say_how_to_declare_one() {
        for language in [Language::German, Language::English] {
            for check in Check::VARIANTS {
                let hint = check.declaration_hint(language);
                assert_eq!(hint.is_some(), check.is_about_face() && *check != Check::FaceCount, "{check}");
                for way in ["--child", "--exception"] {
                    assert!(
                        hint.as_ref().is_none_or(|hint| hint.contains(way) && !hint.contains("  ")),
                        "{check}: {way}"
                    );
                    assert!(!check.hint(language).contains(way), "{check}: said on refusals only");
                }
            }
        }
    }
}
