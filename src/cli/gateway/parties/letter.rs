//! `invite … --letter FILE`: the invitation on paper, for the post.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::atomic_file::{FileMode, write_new};
use crate::cli::gateway::command_error::CommandError;
use crate::domain::digest::Sha256Digest;
use crate::flows::enrolment::invite::IssuedInvitation;
use crate::receipt::invitation_letter::InvitationLetter;
use crate::texts::language::Language;

#[derive(Args)]
pub(super) struct LetterArguments {
    /// Write the invitation as a letter too: a PDF, A4, for a window envelope. The post takes days: see --valid.
    #[arg(long, value_name = "FILE")]
    letter: Option<PathBuf>,
    /// The letter's language.
    #[arg(long, value_name = "LANGUAGE", default_value = "de", requires = "letter")]
    lang: Language,
}

impl LetterArguments {
    /// Before a code is made that would have no paper to stand on.
    ///
    /// # Errors
    /// A file of this name is there.
    pub(super) fn check(&self) -> Result<(), CommandError> {
        match &self.letter {
            Some(file) if file.symlink_metadata().is_ok() => Err(CommandError::plain(format!(
                "{} is there already: choose another name for the letter",
                file.display()
            ))),
            _ => Ok(()),
        }
    }

    /// Writes the letter, if one is wanted; answers where.
    ///
    /// # Errors
    /// It could not be written.
    pub(super) fn write(
        &self,
        invite: &IssuedInvitation,
        url: &str,
        ca_sha256: Sha256Digest,
        line: &str,
    ) -> Result<Option<&Path>, CommandError> {
        let Some(file) = &self.letter else { return Ok(None) };
        let letter = InvitationLetter {
            role: invite.party.role,
            party_name: &invite.party.name,
            place: &invite.party.place,
            device_label: &invite.device.label,
            device_id: invite.device.device_id,
            url,
            ca_sha256,
            code: &invite.code.reveal(),
            command: line,
            expires_at: invite.expires_at,
            language: self.lang,
        };
        let pdf = letter
            .to_pdf()
            .map_err(|error| CommandError::new("no letter could be made: send the lines above", error))?;
        // It holds the code.
        write_new(file, &pdf, FileMode::OwnerOnly).map_err(|error| {
            CommandError::new(format!("cannot write the letter {}: send the lines above", file.display()), error)
        })?;
        Ok(Some(file))
    }
}
