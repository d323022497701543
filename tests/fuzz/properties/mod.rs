//! Properties that hold for any bytes, beyond "it does not panic". The fuzz targets try it on bytes that a fuzzer makes up,
//! the tests on the seeds in `fixtures/fuzz` and on every small change to some of them.

mod answer;
mod body;
mod code;
mod csr;
mod est;
mod gateway;
mod head;
mod models;
mod photo;
mod proxy_header;
mod scripted_stream;

pub use body::{body, body_status};
pub use code::code;
pub use csr::csr;
pub use est::{est, est_status};
pub use head::{head, head_statuses, head_statuses_over};
pub use models::{model, patched_model, profile};
pub use photo::{exif, judge, transcode, walk};
pub use proxy_header::{proxy_header, proxy_header_address};
pub use scripted_stream::StreamFault;
