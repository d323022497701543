//! Replay of the audit log: the states of each photo, and whether each step is allowed.

use std::collections::{BTreeMap, BTreeSet};

use super::violation::Violation;
use crate::support::raw_database::AuditLogRow;

/// State of a photo according to the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoggedPhotoState {
    Collectable { was_kept: bool },
    Leased { collection_id: String, office_id: String, handed_over: bool, was_kept: bool },
    Used,
    Refused,
}

impl LoggedPhotoState {
    /// The state as in the photo's row.
    pub fn state(&self) -> &'static str {
        match self {
            Self::Collectable { was_kept: false } => "available",
            Self::Collectable { was_kept: true } => "kept",
            Self::Leased { .. } => "leased",
            Self::Used => "used",
            Self::Refused => "refused",
        }
    }
}

/// Contents of the log. Rows are named by their index.
#[derive(Debug, Default)]
pub struct ReplayedLog {
    pub photo_of: BTreeMap<String, String>,
    pub places: BTreeMap<(String, String), Vec<usize>>,
    pub rows_of: BTreeMap<String, Vec<usize>>,
    /// Row that ended each collection.
    pub closed_at: BTreeMap<String, usize>,
    /// Row that erased each photo.
    pub erased_at: BTreeMap<String, usize>,
    pub photos: BTreeMap<String, LoggedPhotoState>,
}

pub fn replay(log: &[AuditLogRow]) -> (ReplayedLog, BTreeSet<Violation>) {
    let (mut course, mut found) = (ReplayedLog::default(), BTreeSet::new());
    for (place, row) in log.iter().enumerate() {
        let Some(subject) = row.subject.clone() else { continue };
        course.places.entry((row.event.clone(), subject.clone())).or_default().push(place);
        let is_about_a_photo = row.event.starts_with("photo.") || row.event.starts_with("collection.");
        if !is_about_a_photo || row.event == "photo.refused_by_judge" {
            continue;
        }
        let photo_id = row.details["photo_id"].as_str().map_or_else(|| subject.clone(), str::to_owned);
        course.rows_of.entry(photo_id.clone()).or_default().push(place);
        let before = course.photos.get(&photo_id).cloned();
        match step(before.as_ref(), row, &subject) {
            Ok(after) => note(&mut course, place, row, subject, photo_id, after),
            Err(ReplayError::LeasedElsewhere) => {
                course.photo_of.insert(subject, photo_id.clone());
                found.insert(Violation::TwoHolders { photo_id });
            }
            Err(ReplayError::NotAllowed) => {
                let event = row.event.clone();
                found.insert(Violation::ForbiddenTransition { photo_id, event });
            }
        }
    }
    (course, found)
}

enum ReplayError {
    LeasedElsewhere,
    NotAllowed,
}

fn step(before: Option<&LoggedPhotoState>, row: &AuditLogRow, subject: &str) -> Result<LoggedPhotoState, ReplayError> {
    let office = row.details["office_id"].as_str().unwrap_or_default();
    match (row.event.as_str(), before) {
        ("photo.deposited", None) => Ok(LoggedPhotoState::Collectable { was_kept: false }),
        ("collection.leased", Some(LoggedPhotoState::Collectable { was_kept })) => Ok(LoggedPhotoState::Leased {
            collection_id: subject.to_owned(),
            office_id: office.to_owned(),
            handed_over: false,
            was_kept: *was_kept,
        }),
        ("collection.leased", Some(LoggedPhotoState::Leased { .. })) => Err(ReplayError::LeasedElsewhere),
        (event, Some(held @ LoggedPhotoState::Leased { collection_id, office_id, handed_over, was_kept }))
            if collection_id == subject =>
        {
            match event {
                // An office that received the photo does not lose it by letting time pass.
                "collection.lapsed" if !handed_over => Ok(LoggedPhotoState::Collectable { was_kept: *was_kept }),
                "collection.lapsed" => Err(ReplayError::NotAllowed),
                _ if office_id != office => Err(ReplayError::LeasedElsewhere),
                "collection.renewed" => Ok(held.clone()),
                "collection.handed_over" => {
                    let (collection_id, office_id) = (collection_id.clone(), office_id.clone());
                    Ok(LoggedPhotoState::Leased { collection_id, office_id, handed_over: true, was_kept: *was_kept })
                }
                "collection.released" => Ok(LoggedPhotoState::Collectable { was_kept: *was_kept }),
                "collection.kept" => Ok(LoggedPhotoState::Collectable { was_kept: true }),
                "collection.used" => Ok(LoggedPhotoState::Used),
                "collection.refused" => Ok(LoggedPhotoState::Refused),
                _ => Err(ReplayError::NotAllowed),
            }
        }
        // No run lasts the days that all other steps take.
        _ => Err(ReplayError::NotAllowed),
    }
}

fn note(
    course: &mut ReplayedLog,
    place: usize,
    row: &AuditLogRow,
    subject: String,
    photo_id: String,
    after: LoggedPhotoState,
) {
    if row.event.starts_with("collection.") {
        course.photo_of.insert(subject.clone(), photo_id.clone());
        if !matches!(after, LoggedPhotoState::Leased { .. }) {
            course.closed_at.insert(subject, place);
        }
    }
    if matches!(after, LoggedPhotoState::Used | LoggedPhotoState::Refused) {
        course.erased_at.insert(photo_id.clone(), place);
    }
    course.photos.insert(photo_id, after);
}
