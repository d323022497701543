//! Photos that offices lease and fetch.

mod codes;
mod collected;
mod gone;
mod lease;
mod parallel;
mod photo_bytes;
mod repeated_hand_overs;
mod test_codes;
