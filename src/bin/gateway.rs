//! The gateway's program; everything is in the library.

/// Wipes memory when it is freed: photos and codes pass through buffers of many libraries.
#[global_allocator]
static ALLOCATOR: zeroizing_alloc::ZeroAlloc<std::alloc::System> = zeroizing_alloc::ZeroAlloc(std::alloc::System);

fn main() -> std::process::ExitCode {
    lichtbild::cli::gateway::main()
}
