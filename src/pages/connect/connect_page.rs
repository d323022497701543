//! Content of the page. The script shows one section after the other.

use std::sync::LazyLock;

use maud::{Markup, html};

use crate::pages::certificate::device_file_section::{device_file_section, failure_template, no_script_notice};
use crate::pages::frame::page::{PageContent, PageScript};
use crate::texts::language::Language;
use crate::texts::text;

/// Script of the page.
pub(super) static CONNECT_SCRIPT: LazyLock<PageScript> = LazyLock::new(|| {
    PageScript::with_requests(concat!(
        "\"use strict\";\n",
        include_str!("../frame/code_reading.js"),
        include_str!("../certificate/der.js"),
        include_str!("../certificate/device_file.js"),
        include_str!("../certificate/page_parts.js"),
        include_str!("key_store.js"),
        include_str!("invitation.js"),
        include_str!("sealed_key.js"),
        include_str!("connect.js")
    ))
});

/// The page. `is_trusted` tells that browsers trust the certificate of the listener.
pub(super) fn connect_page(language: Language, is_trusted: bool) -> PageContent {
    let title = text!(language, "connect-title");
    let main = html! {
        h1 { (title) }
        (no_script_notice(&text!(language, "connect-title.no-script")))
        section #start {
            p.lead { (text!(language, "connect-title.lead")) }
            // The script shows the address of the page.
            p #address hidden { (text!(language, "connect-title.address")) " " code {} }
            @if !is_trusted { (comparison(language)) }
            (form(language))
        }
        (confirmation(language))
        p #progress role="status" {}
        dl.facts.on-screen #key hidden { div { dt { (text!(language, "connect-key")) } dd { code #key-fingerprint {} } } }
        (waiting(language))
        (device_file_section(language))
        (failure_template())
    };
    PageContent { title, problem: None, main }
}

fn comparison(language: Language) -> Markup {
    html! {
        div #compare.notice hidden {
            h2 { (text!(language, "connect-compare")) }
            p { (text!(language, "connect-compare.lead")) }
            ol { @for step in 1..=3 { li { (text!(language, format!("connect-compare.step-{step}"))) } } }
        }
    }
}

fn form(language: Language) -> Markup {
    html! {
        // The script shows the form. It sends the code itself, and only after the gateway's proof.
        form #enter method="post" autocomplete="off" hidden
            data-empty=(text!(language, "connect-code.empty"))
            data-character=(text!(language, "connect-code.character", character = "{character}"))
            data-length=(text!(language, "connect-code.length", count = "{count}"))
            data-check=(text!(language, "connect-code.check"))
            data-foreign-title=(text!(language, "connect-foreign.title"))
            data-foreign=(text!(language, "connect-foreign"))
            data-studio=(text!(language, "connect-role.studio"))
            data-office=(text!(language, "connect-role.office"))
            data-busy=(text!(language, "certificate-busy"))
            data-next-check=(text!(language, "connect-pending.next-check", seconds = "{seconds}"))
            data-studio-test="/studio/computer"
            data-office-test="/desk/self-test" {
            label for="code" { (text!(language, "connect-code")) }
            p.hint #code-hint { (text!(language, "connect-code.hint")) }
            p.field-error #code-error role="alert" hidden {}
            div.code-row {
                // Without a name, no browser would ever send it.
                input #code type="text" autocomplete="off" autocapitalize="characters" autocorrect="off" spellcheck="false"
                    maxlength="100" aria-describedby="code-hint code-error";
                button.primary type="submit" { (text!(language, "connect-code.button")) }
            }
        }
    }
}

fn confirmation(language: Language) -> Markup {
    html! {
        section #confirm hidden {
            h2 tabindex="-1" { (text!(language, "connect-confirm")) }
            dl.facts {
                div { dt { (text!(language, "connect-confirm.party")) } dd { strong { bdi #party-name {} } ", " bdi #party-place {} } }
                div { dt { (text!(language, "connect-confirm.role")) } dd #party-role {} }
                div { dt { (text!(language, "connect-confirm.gateway")) } dd { code #gateway {} } }
                div { dt { (text!(language, "connect-confirm.valid-until")) } dd { time #invitation-end {} } }
            }
            p.finish {
                button.primary #accept type="button" { (text!(language, "connect-confirm.accept")) }
                button #decline type="button" { (text!(language, "connect-confirm.decline")) }
            }
        }
    }
}

fn waiting(language: Language) -> Markup {
    html! {
        section #pending hidden {
            h2 tabindex="-1" { (text!(language, "connect-pending")) }
            p { (text!(language, "connect-pending.lead")) }
            p { code.password #waiting-fingerprint {} }
            p.notice #not-kept hidden { (text!(language, "connect-pending.not-kept")) }
            p { (text!(language, "connect-pending.reload")) }
            p.finish {
                button #check-now type="button" { (text!(language, "connect-pending.check-now")) }
                // Not read aloud each second.
                span.quiet #next-check {}
            }
        }
    }
}
