//! Parts that all pages share: layout, elements, headers, cookies, times.
//!
//! Nothing here knows the pages that use it. What one set of pages adds to the layout (navigation, language switch, script) it passes
//! in as a [`PageLayout`](page::PageLayout).

pub mod cookies;
pub mod elements;
pub mod page;
pub mod response;
pub mod time_element;
