//! The gateway killed at each step of each flow, and started again on what is left.

mod collection;
mod deposit;
