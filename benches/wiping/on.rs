//! The work of a deposit with the allocator of the programs, which wipes freed memory. `benches/wiping/run` compares it with
//! `off.rs`.

mod deposit_work;

#[global_allocator]
static ALLOCATOR: zeroizing_alloc::ZeroAlloc<std::alloc::System> = zeroizing_alloc::ZeroAlloc(std::alloc::System);

fn main() {
    deposit_work::print_times();
}
