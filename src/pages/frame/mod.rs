//! Parts that all pages share: layout, headers, cookies, local time.

pub mod cookies;
pub mod local_time;
pub mod page;
