use super::*;

const DESCRIBED: &str = "192.0.2.7:4000";
const OTHER_PORT: &str = "192.0.2.7:5555";
const THIRD_PORT: &str = "192.0.2.7:6666";
const TRANSLATOR: &str = "203.0.113.1:33000";
const SECOND_MAPPING: &str = "203.0.113.1:33001";
const STRANGER: &str = "198.51.100.66:4000";
const PHONE: u32 = 1;
const ATTACKER: u32 = 666;

fn at(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

fn signalling() -> IpAddr {
    at(TRANSLATOR).ip()
}

fn waiting() -> Latch {
    let mut latch = Latch::default();
    latch.rearm(Some(at(DESCRIBED)), signalling());
    latch
}

/// A latch after these packets: milliseconds, source, SSRC.
fn after(packets: &[(u64, &str, u32)]) -> (Latch, Instant) {
    let (mut latch, start) = (waiting(), moment());
    for (millis, source, ssrc) in packets {
        latch.judge(start + Duration::from_millis(*millis), at(source), *ssrc);
    }
    (latch, start)
}

#[expect(clippy::disallowed_methods, reason = "a test needs one moment to count from")]
fn moment() -> Instant {
    Instant::now()
}

#[test]
fn every_state_answers_every_packet() {
    use Verdict::{Accept, Foreign, Lock, Wait};
    let port: &[(u64, &str, u32)] = &[(0, OTHER_PORT, PHONE)];
    let translated: &[(u64, &str, u32)] = &[(0, TRANSLATOR, PHONE)];
    let locked: &[(u64, &str, u32)] = &[(0, DESCRIBED, PHONE)];
    let locked_port: &[(u64, &str, u32)] = &[(0, OTHER_PORT, PHONE), (1000, OTHER_PORT, PHONE)];
    for (state, history, millis, source, ssrc, expected) in [
        ("waiting", &[][..], 0, DESCRIBED, PHONE, Lock),
        ("waiting", &[], 0, OTHER_PORT, PHONE, Wait),
        ("waiting", &[], 0, TRANSLATOR, PHONE, Wait),
        ("waiting", &[], 60_000, STRANGER, PHONE, Foreign),
        ("candidate by port", port, 20, DESCRIBED, PHONE, Lock),
        ("candidate by port", port, 20, OTHER_PORT, PHONE, Wait),
        ("candidate by port", port, 999, OTHER_PORT, PHONE, Wait),
        ("candidate by port", port, 1000, OTHER_PORT, PHONE, Lock),
        ("candidate by port", port, 1000, OTHER_PORT, ATTACKER, Wait),
        ("candidate by port", port, 1000, THIRD_PORT, PHONE, Wait),
        ("candidate by port", port, 1000, TRANSLATOR, PHONE, Wait),
        ("candidate by port", port, 1000, STRANGER, PHONE, Foreign),
        ("candidate by translator", translated, 20, DESCRIBED, PHONE, Lock),
        ("candidate by translator", translated, 20, TRANSLATOR, PHONE, Lock),
        ("candidate by translator", translated, 20, TRANSLATOR, ATTACKER, Wait),
        ("candidate by translator", translated, 20, SECOND_MAPPING, PHONE, Wait),
        ("candidate by translator", translated, 20, OTHER_PORT, PHONE, Wait),
        ("candidate by translator", translated, 20, STRANGER, PHONE, Foreign),
        ("locked", locked, 20, DESCRIBED, PHONE, Accept),
        ("locked, speaker changed", locked, 20, DESCRIBED, 2, Accept),
        ("locked", locked, 60_000, OTHER_PORT, PHONE, Foreign),
        ("locked", locked, 60_000, TRANSLATOR, PHONE, Foreign),
        ("locked", locked, 60_000, STRANGER, PHONE, Foreign),
        ("locked by port", locked_port, 1020, OTHER_PORT, PHONE, Accept),
        ("locked by port", locked_port, 1020, DESCRIBED, PHONE, Foreign),
    ] {
        let (mut latch, start) = after(history);
        let verdict = latch.judge(start + Duration::from_millis(millis), at(source), ssrc);
        assert_eq!(verdict, expected, "{state}: {source} speaking as {ssrc} after {millis} ms");
    }
}

#[test]
fn every_state_can_be_rearmed() {
    let histories: [&[(u64, &str, u32)]; 3] = [&[], &[(0, OTHER_PORT, PHONE)], &[(0, DESCRIBED, PHONE)]];
    for history in histories {
        let (mut latch, start) = after(history);
        latch.rearm(Some(at("192.0.2.8:7000")), signalling());
        assert_eq!((latch.locked(), latch.target()), (None, Some(at("192.0.2.8:7000"))));
        assert_eq!(
            latch.judge(start, at(DESCRIBED), PHONE),
            Verdict::Foreign,
            "a late packet of the old address"
        );
        assert_eq!(latch.judge(start, at("192.0.2.8:7000"), PHONE), Verdict::Lock);
    }
}

#[test]
fn without_a_description_it_is_deaf() {
    let (mut latch, start) = after(&[(0, DESCRIBED, PHONE)]);
    latch.rearm(None, signalling());
    for source in [DESCRIBED, TRANSLATOR, STRANGER] {
        assert_eq!(latch.judge(start, at(source), PHONE), Verdict::Foreign);
    }
    assert_eq!(latch.target(), None);
    assert_eq!(Latch::default().judge(start, at(DESCRIBED), PHONE), Verdict::Foreign);
}

#[test]
fn a_refreshed_session_knows_its_translated_phone_again() {
    let (mut latch, start) = after(&[(0, TRANSLATOR, PHONE), (20, TRANSLATOR, PHONE)]);
    latch.rearm(Some(at(DESCRIBED)), signalling());
    assert_eq!((latch.locked(), latch.target()), (None, Some(at(TRANSLATOR))));
    assert_eq!(latch.judge(start, at(TRANSLATOR), PHONE), Verdict::Lock);
}

#[test]
fn a_phone_that_moved_is_not_known_again() {
    let (mut latch, start) = after(&[(0, TRANSLATOR, PHONE), (20, TRANSLATOR, PHONE)]);
    latch.rearm(Some(at(DESCRIBED)), at(STRANGER).ip());
    assert_eq!(latch.target(), Some(at(DESCRIBED)));
    assert_eq!(latch.judge(start, at(TRANSLATOR), PHONE), Verdict::Foreign);
}

/// The five ways to inject a packet or steal the voice: 50 packets in one second, against a phone on the LAN that
/// begins 200 ms after the answer and sends every 20 ms.
#[test]
fn nothing_injected_is_forwarded_and_nothing_leaks() {
    for (row, begins, source) in [
        ("first second, other port", 0, OTHER_PORT),
        ("first second, other address", 0, STRANGER),
        ("six seconds in, other port", 6_000, OTHER_PORT),
        ("six seconds in, other address", 6_000, STRANGER),
        ("first second, other address, same speaker", 0, "198.51.100.67:4000"),
    ] {
        let (mut latch, start) = (Latch::default(), moment());
        latch.rearm(Some(at(DESCRIBED)), at(DESCRIBED).ip());
        let (mut forwarded, mut leaked, mut heard) = (0, 0, 0);
        for millis in (0u64..9_000).step_by(20) {
            let now = start + Duration::from_millis(millis);
            let passes = |verdict| usize::from(matches!(verdict, Verdict::Accept | Verdict::Lock));
            if (begins..begins + 1_000).contains(&millis) {
                forwarded += passes(latch.judge(now, at(source), ATTACKER));
            }
            if millis >= 200 {
                heard += passes(latch.judge(now, at(DESCRIBED), PHONE));
            }
            leaked += usize::from(latch.target() == Some(at(source)));
        }
        assert_eq!((forwarded, leaked, heard), (0, 0, 440), "{row}");
    }
}
