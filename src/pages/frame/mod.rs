//! Parts that all pages share: layout, elements, headers, cookies, forms, times, tests of the computer.
//!
//! This module does not know the pages that use it. A set of pages passes its navigation, language switch and script in a
//! [`PageLayout`](page::PageLayout).

pub mod caller_layout;
pub mod certificate_end;
pub mod cookies;
pub mod data_matrix;
pub mod elements;
pub mod findings;
pub mod form;
pub mod language_choice;
pub mod page;
pub mod response;
pub mod self_test;
pub mod time_element;
