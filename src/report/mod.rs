//! A page on which people look at judged photos: the picture with guide lines, what was found, what was measured.
//!
//! One HTML file that needs nothing else: pictures and style are inside, there is no script, and a content security policy keeps
//! even a mistake from reaching out. Whatever comes from a file or its name is escaped (`maud` escapes by default) and set apart
//! (`<bdi>`), so that no name can pass for a verdict. [`overlay`] and [`photo_section`] serve any page, [`page`] is a whole one.

pub mod measurement_table;
pub mod overlay;
pub mod page;
pub mod photo_section;
pub mod photo_summary;
