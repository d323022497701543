//! Pages of the desk, one file each, with their forms.

pub mod code_entry;
mod code_form;
pub mod done;
mod interrupted;
pub mod language;
pub mod photo;
pub mod photo_download;
pub mod problem_page;
pub mod refuse;
pub mod renewal;
pub mod self_test;
pub mod settle;
pub mod today;
pub mod use_photo;
