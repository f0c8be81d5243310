use std::collections::HashSet;

use proptest::prelude::*;

use super::*;

#[expect(clippy::disallowed_methods, reason = "a test has to start at some moment")]
fn start() -> Instant {
    Instant::now()
}

#[test]
fn two_phones_behind_one_address_never_share_a_nonce() {
    let now = start();
    let mut nonces = Nonces::new(&[1; 32], now);
    let source = IpAddr::from([192, 0, 2, 1]);
    let made: HashSet<_> = (0..1_000).map(|_| nonces.make(now, source)).collect();
    assert_eq!(made.len(), 1_000);
    assert!(made.iter().all(|nonce| nonces.read(nonce.as_bytes(), source).is_some()));
}

#[test]
fn a_changed_nonce_is_not_ours() {
    let now = start();
    let mut nonces = Nonces::new(&[1; 32], now);
    let source = IpAddr::from([192, 0, 2, 1]);
    let nonce = nonces.make(now, source).into_bytes();
    for place in 0..nonce.len() {
        let mut changed = nonce.clone();
        changed[place] = if changed[place] == b'0' { b'1' } else { b'0' };
        assert_eq!(nonces.read(&changed, source), None, "byte {place}");
    }
    for nonce in [&b""[..], b"00", &nonce[1..], "ü".repeat(24).as_bytes()] {
        assert_eq!(nonces.read(nonce, source), None);
    }
}

#[test]
fn an_address_is_the_same_in_both_families() {
    let now = start();
    let mut nonces = Nonces::new(&[1; 32], now);
    let nonce = nonces.make(now, "192.0.2.1".parse().unwrap());
    assert!(nonces.read(nonce.as_bytes(), "::ffff:192.0.2.1".parse().unwrap()).is_some());
}

#[test]
fn memory_is_bounded_and_forgetting_opens_no_door() {
    let mut used = Used::new();
    let count = u64::try_from(REMEMBERED).unwrap() + 100;
    for stamp in 0..count {
        assert!(used.first_use(Stamp(stamp), 1));
    }
    assert_eq!(used.len(), REMEMBERED);
    assert!((0..count).all(|stamp| !used.first_use(Stamp(stamp), 1)), "nothing is granted twice");
    assert!(!used.first_use(Stamp(50), 2), "the forgotten are old");
    assert!(used.first_use(Stamp(count - 1), 2));
}

#[test]
fn old_nonces_are_forgotten() {
    let mut used = Used::new();
    for stamp in 0..10 {
        used.first_use(Stamp(stamp), 1);
    }
    used.forget(|stamp| stamp < Stamp(7));
    assert_eq!(used.len(), 3);
}

#[test]
fn requests_may_overtake_each_other_within_the_window() {
    let mut window = Window::default();
    for (count, fresh) in [
        (5, true),
        (3, true),
        (4, true),
        (3, false),
        (5, false),
        (36, true),
        (5, false),
        (6, true),
        (4, false),
        (1, false),
    ] {
        assert_eq!(window.take(count), fresh, "{count}");
    }
    assert!(
        window.take(u32::MAX) && !window.take(u32::MAX) && window.take(u32::MAX - 31) && !window.take(36)
    );
    assert!(Window::default().take(0));
}

proptest! {
    #[test]
    fn no_count_is_ever_taken_twice(counts in prop::collection::vec(0..80_u32, 0..200)) {
        let (mut window, mut taken) = (Window::default(), HashSet::new());
        for count in counts {
            if window.take(count) {
                prop_assert!(taken.insert(count));
            }
        }
    }
}
