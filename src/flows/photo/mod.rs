//! A photo from deposit to erasure, one step per file.
//!
//! ```text
//! studio  check | deposit -> withdraw
//! office  collect -> hand_over (present: at the desk) -> settle
//!         new_refusals -> queries
//! both    queries
//! ```

pub mod check;
pub mod collect;
pub mod deposit;
pub mod hand_over;
pub mod new_refusals;
pub mod planned_deposit;
pub mod present;
pub mod queries;
pub mod settle;
pub mod upload_permit;
pub mod withdraw;
