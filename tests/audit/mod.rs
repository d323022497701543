//! The transfer log: a row for each change, in the change's own transaction, chained to the one before.

mod chain;
mod together;
