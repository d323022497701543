//! The work of a deposit with the system's allocator. `benches/wiping/run` compares it with `on.rs`.

mod deposit_work;

fn main() {
    deposit_work::print_times();
}
