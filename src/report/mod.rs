//! HTML report of checked photos: each photo with guide lines, findings and measurements.
//!
//! The report is one file: photos and style are embedded, there is no script, and a content security policy forbids every request.
//! File names are escaped (`maud` escapes by default) and isolated (`<bdi>`), so that no name can pass for a result. The desk uses
//! [`overlay`] and [`photo_section`] as well, and the page of `lichtbild-studio status` has the same head and style.

pub mod measurement_table;
pub mod overlay;
pub mod page;
pub mod photo_section;
pub mod photo_summary;
