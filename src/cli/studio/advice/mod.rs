//! Messages for the studio's staff: each says what went wrong and ends with the next step.

mod connection;
mod deposit;
mod earlier_deposit;
mod enrolment;
mod failure;
mod files;
mod gateway_error;
mod printing;
mod problem;
mod proxy;
mod push;
mod renewal;
mod self_test;
mod setup;
mod watch;

pub use earlier_deposit::{EndedDeposit, about_earlier_deposit, about_ended_deposit, about_unchecked_deposit};
pub use enrolment::{
    about_address, about_code, about_enrol, about_enrolment_progress, after_enrolment, code_error_in_words,
};
pub use failure::{Failure, about_unexpected};
pub use files::{about_photo, held, not_utf8, unreadable};
pub use gateway_error::about_gateway_error;
pub use printing::{about_printing, about_receipt_to_print};
pub use problem::about_problem;
pub use proxy::about_proxy_url;
pub use push::{about_progress, about_push, after_receipt};
pub use renewal::{about_renewal, about_renewal_event};
pub use self_test::{CheckState, SelfTestLine, about_self_test};
pub use setup::{about_config, about_credentials, setup_command};
pub use watch::{about_event, listed};

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use crate::client::enrolment::address::AddressError;
    use crate::client::network::proxy::ProxyUrlFault;
    use crate::client::transient_error::ClientCertError;
    use crate::texts::has_text;

    #[test]
    fn every_cause_of_a_text_that_is_put_together_has_one() {
        let addresses = AddressError::VARIANTS.iter().map(|error| format!("studio-address-{}", error.as_ref()));
        let proxies = ProxyUrlFault::VARIANTS.iter().map(|fault| format!("studio-proxy-url-{}", fault.as_ref()));
        let certificates =
            ClientCertError::VARIANTS.iter().map(|error| format!("studio-client-certificate-{}", error.as_ref()));
        for id in addresses.chain(proxies).chain(certificates) {
            assert!(has_text(&id), "{id}");
        }
    }
}
