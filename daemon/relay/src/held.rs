//! What stays in memory whatever else the box does: the program, what it began with, and what the thread that asks works
//! with, which is its stack and the stretch of memory that the allocator keeps for it.
//!
//! What other threads take for themselves is left alone. The account is among it, of which much is needed once only, and what
//! is locked cannot be given back to the system.

use std::ops::Range;

use nix::errno::Errno;
use nix::libc;

/// Memory of one thread begins at a multiple of this and goes on no further (glibc, `HEAP_MAX_SIZE`).
const STRETCH: usize = 64 << 20;

/// Asked of the allocator to see where the thread's memory is. What is much smaller may be a piece that another thread took.
const PROBE: usize = 64 << 10;

/// Where the calling thread's stack and memory are.
struct Own {
    stack: usize,
    stretch: Range<usize>,
}

/// Locks the calling thread's share. Pages are locked when first touched, so that unused ones cost nothing.
pub(crate) fn hold() -> nix::Result<()> {
    let (on_stack, on_heap) = (0_u8, Vec::<u8>::with_capacity(PROBE));
    let own = Own::around((&raw const on_stack).addr(), on_heap.as_ptr().addr());
    let unreadable = |error: std::io::Error| error.raw_os_error().map_or(Errno::EIO, Errno::from_raw);
    let mapped = std::fs::read_to_string("/proc/self/maps").map_err(unreadable)?;
    mapped.lines().filter_map(|line| own.needed(line)).try_for_each(lock)
}

impl Own {
    const fn around(stack: usize, heap: usize) -> Self {
        let first = heap - heap % STRETCH;
        Self { stack, stretch: first..first.saturating_add(STRETCH) }
    }

    /// The addresses of a line of `/proc/self/maps`, if voice needs them:
    /// `7f00-7f10 r-xp 00000000 08:01 42   /usr/bin/gatehouse`.
    fn needed(&self, line: &str) -> Option<Range<usize>> {
        let mut words = line.split_ascii_whitespace();
        let (start, end) = words.next()?.split_once('-')?;
        let address = |text| usize::from_str_radix(text, 16).ok();
        let range = address(start)?..address(end)?;
        let private = words.next()?.ends_with('p');
        let name = words.nth(3).unwrap_or_default();
        let program = private && (name.starts_with('/') || name == "[heap]");
        let in_stretch = self.stretch.start <= range.start && range.end <= self.stretch.end;
        let own = range.contains(&self.stack) || (private && name.is_empty() && in_stretch);
        (program || own).then_some(range)
    }
}

#[expect(unsafe_code, reason = "nix has no mlock2")]
fn lock(range: Range<usize>) -> nix::Result<()> {
    let start = std::ptr::without_provenance::<libc::c_void>(range.start);
    // SAFETY: the kernel changes no byte of the range, and says ENOMEM where nothing is mapped any more.
    let answer = unsafe { libc::mlock2(start, range.len(), libc::MLOCK_ONFAULT) };
    Errno::result(answer).map(drop)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::{Own, hold};

    #[test]
    fn the_program_and_what_is_the_thread_s_own_are_held_and_what_others_took_is_not() {
        let own = Own::around(0x7f30_0000_1000, 0x7f40_0000_0b20);
        let held = |line| own.needed(line).is_some();
        assert!(held("55d0a0000000-55d0a1000000 r-xp 00000000 08:01 42                /usr/bin/gatehouse"));
        assert!(held("55d0b0000000-55d0b0021000 rw-p 00000000 00:00 0                  [heap]"));
        assert!(held("7f3000000000-7f3000200000 rw-p 00000000 00:00 0 "));
        assert!(held("7f4000000000-7f4000021000 rw-p 00000000 00:00 0 "), "in use");
        assert!(held("7f4000021000-7f4004000000 ---p 00000000 00:00 0 "), "for later");
        assert!(!held("7f3ffc000000-7f4000000000 rw-p 00000000 00:00 0 "), "another thread's");
        assert!(!held("7f2000000000-7f2004000000 rw-p 00000000 00:00 0 "));
        assert!(!held(
            "7f1000000000-7f1000008000 rw-s 00000000 08:01 43   /var/lib/gatehouse/gatehouse.db-shm"
        ));
        assert!(!held("7ffd00000000-7ffd00004000 r--p 00000000 00:00 0                  [vvar]"));
        assert!(!held("nonsense"));
    }

    /// Whether the kernel never takes the page of this address away (`lo` among the flags of its mapping).
    fn is_locked(address: usize) -> bool {
        let mapped = std::fs::read_to_string("/proc/self/smaps").unwrap();
        let mut here = false;
        for line in mapped.lines() {
            let bounds = line.split_once(' ').and_then(|(range, _)| range.split_once('-'));
            let bound = |text: &str| usize::from_str_radix(text, 16).ok();
            if let Some((from, to)) = bounds.and_then(|(from, to)| bound(from).zip(bound(to))) {
                here = (from..to).contains(&address);
            } else if let Some(flags) = line.strip_prefix("VmFlags:").filter(|_| here) {
                return flags.split_ascii_whitespace().any(|flag| flag == "lo");
            }
        }
        panic!("{address:x} is mapped nowhere");
    }

    #[test]
    fn the_kernel_keeps_what_voice_works_with_and_may_have_the_rest() {
        let (told, others) = channel();
        let (done, over) = channel::<()>();
        let other = std::thread::spawn(move || {
            let account = vec![1_u8; 50_000];
            told.send(account.as_ptr().addr()).unwrap();
            let _ = over.recv();
            drop(account);
        });
        let others = others.recv().unwrap();
        let voice = std::thread::spawn(move || {
            // Who may not lock that much (`ulimit -l`) has nothing to see here; the relay works without.
            if hold().is_err() {
                return;
            }
            let on_stack = [7_u8; 4_096];
            let later: Vec<Vec<u8>> = (0..40).map(|_| vec![1_u8; 50_000]).collect();
            assert!(is_locked((&raw const on_stack).addr()), "its stack");
            assert!(
                later.iter().all(|leg| is_locked(leg.as_ptr().addr())),
                "its memory, also what it takes later"
            );
            let program: fn() -> nix::Result<()> = hold;
            assert!(is_locked((program as *const ()).addr()), "the program");
            assert!(!is_locked(others), "another thread's");
        });
        voice.join().unwrap();
        drop(done);
        other.join().unwrap();
    }
}
