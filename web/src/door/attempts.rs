//! Guessing gets slower and slower: five tries are free, then each wrong one doubles the wait.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::time::{Duration, SystemTime};

/// Wrong tries before an address has to wait.
const FREE: u32 = 5;
/// Wrong tries from anywhere before an account has to wait, whether there is one of that name or not.
const FREE_FOR_ACCOUNT: u32 = 20;
/// The first wait; doubled by each further try.
const FIRST_WAIT: Duration = Duration::from_secs(5);
const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);
/// Shorter, so that a stranger cannot keep the admin out for long.
const LONGEST_WAIT_FOR_ACCOUNT: Duration = Duration::from_secs(60);
/// Without a try for this long, all is forgiven.
const FORGIVEN: Duration = Duration::from_secs(60 * 60);
/// Addresses remembered, and names; the one that was quiet longest makes room.
const REMEMBERED: usize = 4096;

/// Wrong tries by address and by the name that was typed.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    by_address: HashMap<IpAddr, Tries>,
    by_name: HashMap<String, Tries>,
}

#[derive(Debug, Clone, Copy)]
struct Tries {
    wrong: u32,
    last: SystemTime,
}

impl Default for Tries {
    fn default() -> Self {
        Self { wrong: 0, last: SystemTime::UNIX_EPOCH }
    }
}

impl Attempts {
    /// Counts a try as wrong until [`Attempts::succeeded`] says otherwise, so that tries at the same moment
    /// cannot slip through together. `Err` is how long to wait; such a try is not counted.
    pub(super) fn begin(&mut self, from: IpAddr, name: &str, now: SystemTime) -> Result<(), Duration> {
        if let Some(wait) = self.waits(from, name, now) {
            return Err(wait);
        }
        slot(&mut self.by_address, network(from)).count(now);
        slot(&mut self.by_name, name.to_owned()).count(now);
        Ok(())
    }

    /// How long the next try has to wait.
    pub(super) fn waits(&mut self, from: IpAddr, name: &str, now: SystemTime) -> Option<Duration> {
        let address = self.by_address.get_mut(&network(from)).map(|it| it.wait(FREE, LONGEST_WAIT, now));
        let name =
            self.by_name.get_mut(name).map(|it| it.wait(FREE_FOR_ACCOUNT, LONGEST_WAIT_FOR_ACCOUNT, now));
        address.max(name).filter(|wait| !wait.is_zero())
    }

    /// The last try was right: its address and the account start afresh.
    pub(super) fn succeeded(&mut self, from: IpAddr, name: &str) {
        self.by_address.remove(&network(from));
        self.by_name.remove(name);
    }

    /// Who has to wait, and until when.
    pub(super) fn waiting(&mut self, now: SystemTime) -> Vec<(String, SystemTime)> {
        let addresses = self.by_address.iter_mut();
        let addresses = addresses.map(|(who, it)| (who.to_string(), it.wait(FREE, LONGEST_WAIT, now)));
        let names = self.by_name.iter_mut();
        let names =
            names.map(|(who, it)| (who.clone(), it.wait(FREE_FOR_ACCOUNT, LONGEST_WAIT_FOR_ACCOUNT, now)));
        let all = addresses.chain(names).filter(|(_, wait)| !wait.is_zero());
        all.map(|(who, wait)| (who, now + wait)).collect()
    }
}

/// The tries under this key; the one that was quiet longest makes room.
fn slot<K: Eq + Hash + Clone>(tries: &mut HashMap<K, Tries>, key: K) -> &mut Tries {
    if tries.len() >= REMEMBERED && !tries.contains_key(&key) {
        let quietest = tries.iter().min_by_key(|(_, it)| it.last).map(|(key, _)| key.clone());
        quietest.and_then(|quietest| tries.remove(&quietest));
    }
    tries.entry(key).or_default()
}

impl Tries {
    fn count(&mut self, now: SystemTime) {
        self.wrong = self.wrong.saturating_add(1);
        self.last = now;
    }

    fn wait(&mut self, free: u32, longest: Duration, now: SystemTime) -> Duration {
        let passed = now.duration_since(self.last).unwrap_or_default();
        if passed >= FORGIVEN {
            *self = Self::default();
        }
        let Some(beyond) = self.wrong.checked_sub(free) else { return Duration::ZERO };
        let wait = FIRST_WAIT.saturating_mul(1 << beyond.min(16)).min(longest);
        wait.saturating_sub(passed)
    }
}

/// A machine picks its own lower half of an IPv6 address, so the network is what counts (RFC 4291 2.5.4).
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((u128::from(address) & !u128::from(u64::MAX)).into()),
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PHONE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 7));

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000 + seconds)
    }

    #[test]
    fn waits_double_after_five_wrong_tries_and_end_by_themselves() {
        let mut attempts = Attempts::default();
        for _ in 0..5 {
            assert_eq!(attempts.begin(PHONE, "anna", at(0)), Ok(()));
        }
        assert_eq!(attempts.begin(PHONE, "anna", at(0)), Err(Duration::from_secs(5)));
        assert_eq!(attempts.begin(PHONE, "anna", at(4)), Err(Duration::from_secs(1)));
        assert_eq!(attempts.begin(PHONE, "anna", at(5)), Ok(()));
        assert_eq!(attempts.begin(PHONE, "anna", at(5)), Err(Duration::from_secs(10)));
        assert_eq!(attempts.begin(PHONE, "anna", at(5 + 3600)), Ok(()));
        assert_eq!(attempts.begin(PHONE, "anna", at(5 + 3600)), Ok(()));
    }

    #[test]
    fn the_right_password_wipes_the_slate() {
        let mut attempts = Attempts::default();
        for _ in 0..20 {
            for _ in 0..5 {
                assert_eq!(attempts.begin(PHONE, "anna", at(0)), Ok(()));
            }
            attempts.succeeded(PHONE, "anna");
        }
    }

    #[test]
    fn many_addresses_together_lock_the_account_for_a_minute_at_most() {
        let mut attempts = Attempts::default();
        let mut waited = Duration::ZERO;
        for host in 0..200 {
            match attempts.begin(IpAddr::from([10, 0, 0, host]), "anna", at(0)) {
                Ok(()) => assert!(host < 20),
                Err(wait) => waited = waited.max(wait),
            }
        }
        assert!(!waited.is_zero() && waited <= LONGEST_WAIT_FOR_ACCOUNT);
    }

    #[test]
    fn the_neighbours_in_an_ipv6_network_count_as_one() {
        let mut attempts = Attempts::default();
        for host in 0..5 {
            let from = IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, host]);
            assert_eq!(attempts.begin(from, "anna", at(0)), Ok(()));
        }
        assert!(attempts.begin(IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, 99]), "anna", at(0)).is_err());
    }

    #[test]
    fn remembers_a_bounded_number_of_addresses_and_names() {
        let mut attempts = Attempts::default();
        for host in 0..10_000_u32 {
            let _ = attempts.begin(
                IpAddr::from(host.to_be_bytes()),
                &host.to_string(),
                at(u64::from(host) * 100),
            );
        }
        assert!(attempts.by_address.len() <= REMEMBERED && attempts.by_name.len() <= REMEMBERED);
    }
}
