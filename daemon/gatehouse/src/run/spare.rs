//! Memory that was needed once.

use nix::libc;

/// Gives the system back what lies free between what is in use; the allocator would keep it, which after the first copy of a
/// large account is more than the account. Takes milliseconds, beside the tasks.
pub(super) async fn give_back() {
    // An error means that the box is shutting down.
    let _ = tokio::task::spawn_blocking(trim).await;
}

#[expect(unsafe_code, reason = "the allocator can be asked in no other way")]
fn trim() {
    // SAFETY: takes a number, and touches nothing but what the allocator itself holds free.
    unsafe { libc::malloc_trim(0) };
}
