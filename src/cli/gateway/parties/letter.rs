//! `invite … --letter FILE`: the invitation on paper, for the post.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::atomic_file::{FileMode, write_new};
use crate::cli::gateway::command_error::CommandError;
use crate::cli::gateway::language::document_language;
use crate::cli::gateway::language::phrase;
use crate::domain::digest::Sha256Digest;
use crate::flows::enrolment::invite::IssuedInvitation;
use crate::receipt::invitation_letter::InvitationLetter;

#[derive(Args)]
pub(super) struct LetterArguments {
    #[arg(long, value_name = "FILE")]
    letter: Option<PathBuf>,
}

impl LetterArguments {
    /// Checks that the letter can be written, before a code is made.
    ///
    /// # Errors
    /// A file of this name exists.
    pub(super) fn check(&self) -> Result<(), CommandError> {
        match &self.letter {
            Some(file) if file.symlink_metadata().is_ok() => {
                Err(CommandError::plain(phrase!("gateway-letter-exists", file = file.display())))
            }
            _ => Ok(()),
        }
    }

    /// Writes the letter, if one was asked for, and returns its path.
    pub(super) fn write(
        &self,
        invite: &IssuedInvitation,
        url: &str,
        ca_sha256: Sha256Digest,
        line: &str,
        browsers_trust_page: bool,
    ) -> Result<Option<&Path>, CommandError> {
        let Some(file) = &self.letter else { return Ok(None) };
        let letter = InvitationLetter {
            role: invite.party.role,
            party_name: &invite.party.name,
            place: &invite.party.place,
            device_label: &invite.device.label,
            device_id: invite.device.device_id,
            url,
            browsers_trust_page,
            ca_sha256,
            code: &invite.code.reveal(),
            command: line,
            expires_at: invite.expires_at,
            language: document_language(),
        };
        let pdf = letter.to_pdf().map_err(|error| CommandError::new(phrase!("gateway-letter-not-made"), error))?;
        // The letter contains the code.
        write_new(file, &pdf, FileMode::OwnerOnly)
            .map_err(|error| CommandError::new(phrase!("gateway-letter-not-written", file = file.display()), error))?;
        Ok(Some(file))
    }
}
