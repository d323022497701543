//! Parts that all pages share: layout, elements, headers, cookies, local time.
//!
//! Nothing here knows the pages that use it. What one set of pages adds to the layout (navigation, language switch, script) it passes
//! in as a [`PageLayout`](page::PageLayout).

pub mod cookies;
pub mod elements;
pub mod local_time;
pub mod page;
pub mod response;
