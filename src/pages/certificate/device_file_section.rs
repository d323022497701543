//! The section that hands over a certificate: file, password, instructions. `page_parts.js` fills it in and shows it.

use maud::{Markup, html};

use crate::texts::language::Language;
use crate::texts::text;

/// Systems in the order of the instructions, by the names that `page_parts.js` knows, with their numbers of steps. The second number
/// counts the steps that import the gateway's CA.
const SYSTEMS: [(&str, usize, usize); 5] =
    [("windows", 4, 1), ("macintosh", 2, 2), ("firefox", 3, 1), ("ipad", 3, 2), ("android", 2, 1)];

/// Hidden section with the file, its password, instructions and a link that tests the certificate.
pub(in crate::pages) fn device_file_section(language: Language) -> Markup {
    html! {
        section #device-file hidden
            data-friendly-name=(text!(language, "certificate-friendly-name", name = "{name}", date = "{date}"))
            data-authority-file=(text!(language, "certificate-authority-file"))
            data-offline-title=(text!(language, "certificate-offline.title"))
            data-offline=(text!(language, "certificate-offline"))
            data-failed-title=(text!(language, "certificate-failed.title"))
            data-failed=(text!(language, "certificate-failed"))
            data-status=(text!(language, "certificate-failed.status", status = "{status}")) {
            h2 #device-file-title tabindex="-1" { (text!(language, "certificate-ready")) }
            dl.facts {
                div { dt { (text!(language, "certificate-device")) } dd { bdi #device-name {} } }
                div { dt { (text!(language, "certificate-file-name")) } dd { code #file-name {} } }
                div { dt { (text!(language, "certificate-valid-until")) } dd { time #device-end {} } }
            }
            ol.steps {
                li.on-screen {
                    h3 { (text!(language, "certificate-save")) }
                    p { (text!(language, "certificate-save.hint")) }
                    p { a.button.primary #save-file { (text!(language, "certificate-save.button")) } }
                }
                li {
                    h3 { (text!(language, "certificate-password")) }
                    p { code.password #file-password {} }
                    p { (text!(language, "certificate-password.hint")) }
                    p.finish.on-screen {
                        button #copy-password type="button" { (text!(language, "certificate-password.copy")) }
                        button #print-password type="button" { (text!(language, "certificate-password.print")) }
                        span #password-copied role="status"
                            data-done=(text!(language, "certificate-password.copied"))
                            data-failed=(text!(language, "certificate-password.not-copied")) {}
                    }
                }
                li.on-screen { (import(language)) }
                li.on-screen {
                    h3 { (text!(language, "certificate-test")) }
                    p { (text!(language, "certificate-test.hint")) }
                    p { (test_link(language, "test-certificate")) }
                }
                li.on-screen {
                    h3 { (text!(language, "certificate-finish")) }
                    p { (text!(language, "certificate-finish.hint")) }
                    p #save-first.notice role="status" hidden { strong { (text!(language, "certificate-finish.unsaved")) } }
                    p { button #file-saved type="button" { (text!(language, "certificate-finish.button")) } }
                }
            }
        }
        section #device-file-done hidden {
            h2 #device-file-done-title tabindex="-1" { (text!(language, "certificate-done")) }
            p { (text!(language, "certificate-done.hint")) }
            p { (test_link(language, "test-again")) }
        }
    }
}

fn test_link(language: Language, id: &str) -> Markup {
    // No page may use the window of this one.
    html! { a id=(id) target="_blank" rel="noopener noreferrer" { (text!(language, "certificate-test.link")) } }
}

fn import(language: Language) -> Markup {
    html! {
        h3 { (text!(language, "certificate-import")) }
        p { (text!(language, "certificate-import.hint")) }
        div.needs-authority {
            p { (text!(language, "certificate-authority.hint")) }
            p { a.button #save-authority { (text!(language, "certificate-authority")) } }
        }
        @for (system, steps, authority_steps) in SYSTEMS {
            details data-system=(system) {
                summary { (text!(language, format!("certificate-on-{system}"))) }
                ol {
                    @for step in 1..=steps { li { (text!(language, format!("certificate-on-{system}.step-{step}"))) } }
                    @for step in 1..=authority_steps {
                        li.needs-authority { (text!(language, format!("certificate-on-{system}.authority-{step}"))) }
                    }
                }
                @if system == "macintosh" { p.quiet { (text!(language, "certificate-wrong-password")) } }
            }
        }
    }
}

/// Error summary that the script clones and fills in.
pub(in crate::pages) fn failure_template() -> Markup {
    html! {
        template #failure { div.error-summary role="alert" tabindex="-1" { h2 {} p {} } }
    }
}

/// Text for browsers without JavaScript, which cannot make a key.
pub(in crate::pages) fn no_script_notice(text: &str) -> Markup {
    html! { noscript { div.notice { p { (text) } } } }
}
