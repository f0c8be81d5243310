//! What the thread asks of the kernel so that other programs do not delay voice. All of it may be refused.

use crate::config::Config;
use crate::held;
use nix::errno::Errno;
use nix::libc;
use nix::sched::{CpuSet, sched_setaffinity};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::unistd::Pid;

/// Files that everything else in the process may need.
const OTHER_FILES: u64 = 4_096;

/// What the box granted the relay; the words for it are in `doctor`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// SCHED_FIFO. Without it a busy box delays one packet in a hundred by several milliseconds.
    pub real_time: Grant,
    /// Staying on one processor.
    pub processor: Grant,
    /// Never swapped out.
    pub memory: Grant,
    /// How many legs the limit of open files allows.
    pub legs: u64,
    /// Voice through the kernel. Without it each packet wakes the relay, which costs ten times the processor and lets a
    /// busy box delay it.
    pub fast_path: Shortcut,
}

/// The way through the kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shortcut {
    /// The configuration does not want it.
    NotAsked,
    /// We have it.
    Granted,
    /// We do not, for this reason; all voice goes through the relay's sockets.
    Refused(String),
}

/// One privilege.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grant {
    /// The configuration does not want it.
    NotAsked,
    /// We have it.
    Granted,
    /// We do not; the relay works without.
    Refused(Errno),
}

impl Grant {
    fn of(answer: nix::Result<()>) -> Self {
        answer.map_or_else(Self::Refused, |()| Self::Granted)
    }
}

/// Asks for the calling thread.
pub(crate) fn ask(config: &Config) -> Facts {
    let processor = config.cpu.map_or(Grant::NotAsked, |cpu| Grant::of(stay_on(cpu)));
    let fast_path = Shortcut::NotAsked;
    let Some(priority) = config.priority else {
        return Facts { real_time: Grant::NotAsked, processor, memory: Grant::NotAsked, legs: 0, fast_path };
    };
    Facts {
        memory: Grant::of(held::hold()),
        real_time: Grant::of(become_real_time(libc::SCHED_FIFO, priority)),
        processor,
        legs: 0,
        fast_path,
    }
}

/// Lets the calling thread go before ordinary programs and behind voice: a call, and above all a call for help, need not wait for a
/// busy box. Of two that ask, neither keeps the other out.
#[must_use]
pub fn go_before_programs() -> Grant {
    Grant::of(become_real_time(libc::SCHED_RR, 1))
}

/// Two files for each leg. Returns for how many legs the limit suffices.
pub(crate) fn raise_file_limit(legs: u16) -> u64 {
    let wanted = u64::from(legs) * 2 + OTHER_FILES;
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else { return 0 };
    let raised = wanted.min(hard).max(soft);
    let limit = setrlimit(Resource::RLIMIT_NOFILE, raised, hard).map_or(soft, |()| raised);
    (limit.saturating_sub(OTHER_FILES.min(limit / 2)) / 2).min(u64::from(legs))
}

fn stay_on(cpu: usize) -> nix::Result<()> {
    let mut set = CpuSet::new();
    set.set(cpu)?;
    sched_setaffinity(Pid::from_raw(0), &set)
}

#[expect(unsafe_code, reason = "nix has no sched_setscheduler")]
fn become_real_time(policy: libc::c_int, priority: u8) -> nix::Result<()> {
    let parameter = libc::sched_param { sched_priority: priority.into() };
    // SAFETY: zero names the calling thread, and the kernel only reads the parameter during the call.
    let answer =
        unsafe { libc::sched_setscheduler(0, policy | libc::SCHED_RESET_ON_FORK, &raw const parameter) };
    Errno::result(answer).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_facts_and_not_failures() {
        let range = crate::PortRange::new(20_000, 20_001).unwrap();
        let config =
            Config { cpu: Some(1_000), priority: Some(200), ..Config::new([127, 0, 0, 1].into(), range) };
        let facts = std::thread::spawn(move || ask(&config)).join().unwrap();
        assert_eq!(
            (facts.processor, facts.real_time),
            (Grant::Refused(Errno::EINVAL), Grant::Refused(Errno::EINVAL))
        );
    }

    #[test]
    fn nothing_is_asked_that_is_not_wanted() {
        let range = crate::PortRange::new(20_000, 20_001).unwrap();
        let facts = ask(&Config { priority: None, ..Config::new([127, 0, 0, 1].into(), range) });
        assert_eq!(
            (facts.processor, facts.real_time, facts.memory),
            (Grant::NotAsked, Grant::NotAsked, Grant::NotAsked)
        );
    }
}
