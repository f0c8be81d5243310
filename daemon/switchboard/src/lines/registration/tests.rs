use sip::flow::Transport;

use super::*;

#[expect(clippy::disallowed_methods, reason = "an origin for simulated time")]
fn start() -> Instant {
    Instant::now()
}

fn hop(last: u8) -> Hop {
    Hop { transport: Transport::Udp, address: ([192, 0, 2, last], 5060).into(), name: None }
}

fn at(now: Instant, state: State, health: Health) -> Registration {
    let hops = [hop(1)].into();
    Registration { state, health, hops, fresh: true, ..Registration::new(now, Some(now)) }
}

/// Everything that can happen to a line.
fn all(now: Instant) -> [Told; 16] {
    [
        Told::Due,
        Told::Hops(vec![hop(2), hop(3)]),
        Told::Nowhere,
        Told::Open,
        Told::Shut(Unconnected::Expired),
        Told::Granted(120),
        Told::TooBrief(600),
        Told::TooBrief(99_999),
        Told::Challenged,
        Told::Forbidden,
        Told::Refused(503, Some(7)),
        Told::Lost(WhyDown::Closed),
        Told::Moved(now),
        Told::Back(now),
        Told::Wanted,
        Told::Elsewhere(now),
    ]
}

/// What a line that is down for `why` does about each of them, in the order of [`all`]: the state then, the deed, the health.
fn row(state: State) -> [&'static str; 16] {
    let same = match state {
        State::Resting => "Resting - Silent",
        State::Finding => "Finding - Silent",
        State::Opening => "Opening - Silent",
        State::Asking => "Asking - Silent",
    };
    let mut row = [same; 16];
    let own: &[(usize, &'static str)] = match state {
        State::Resting => &[(0, "Finding Find Silent"), (14, "Finding Find Silent")],
        State::Finding => &[(0, "Resting - Unnamed"), (1, "Opening Open2 Silent"), (2, "Resting - Unnamed")],
        State::Opening => &[
            (0, "Resting - Unconnected(Silent)"),
            (3, "Asking Ask Silent"),
            (4, "Resting - Unconnected(Expired)"),
        ],
        State::Asking => &[
            (0, "Resting - Silent"),
            (5, "Resting - Up"),
            (6, "Asking Ask Silent"),
            (7, "Resting - Refused(423)"),
            (8, "Asking Ask Silent"),
            (9, "Resting - WrongPassword"),
            (10, "Resting - Refused(503)"),
            (11, "Resting - Closed"),
        ],
    };
    for (place, text) in own {
        row[*place] = text;
    }
    row
}

#[test]
fn every_event_in_every_state() {
    let now = start();
    let mut seed = Seed::new([1; 32]);
    for state in [State::Resting, State::Finding, State::Opening, State::Asking] {
        for (told, expected) in all(now).into_iter().zip(row(state)) {
            let text = format!("{state:?} {told:?}");
            let down = Health::Down { since: now, why: WhyDown::Silent };
            let mut line = at(now, state, down);
            let deed = match line.tell(now, told, &mut seed) {
                Deed::Rest => "-".to_owned(),
                Deed::Find => "Find".to_owned(),
                Deed::Ask => "Ask".to_owned(),
                Deed::Open(to) => format!("Open{}", if to == hop(2) { 2 } else { 1 }),
            };
            let health = match line.health {
                Health::Down { why, .. } => format!("{why:?}"),
                Health::Up { .. } => "Up".to_owned(),
                Health::Starting { .. } => "Starting".to_owned(),
            };
            assert_eq!(format!("{:?} {deed} {health}", line.state), expected, "{text}");
        }
    }
}

/// Who calls for help does not wait for a line's turn, or its pause; but where asking again can only do harm nobody is asked.
#[test]
fn e16_a_line_that_is_wanted_for_help_begins_at_once_unless_that_cannot_help() {
    let (now, mut seed) = (start(), Seed::new([1; 32]));
    let mut new = Registration::new(now, Some(now + Duration::from_secs(3)));
    assert_eq!(new.tell(now, Told::Wanted, &mut seed), Deed::Find);
    assert_eq!(new.tell(now, Told::Wanted, &mut seed), Deed::Rest, "once is enough");
    for why in [WhyDown::NoServer, WhyDown::WrongPassword] {
        let mut line = at(now, State::Resting, Health::Down { since: now, why });
        assert_eq!(line.tell(now, Told::Wanted, &mut seed), Deed::Rest, "{why:?}");
    }
}

/// A line that is up stays up while it looks for another server, but not for longer than eight seconds.
#[test]
fn a_line_that_is_up_tries_its_server_then_looks_for_others() {
    let (now, mut seed) = (start(), Seed::new([1; 32]));
    let mut line = at(now, State::Resting, Health::Up { since: now });
    let tell = |line: &mut Registration, after: u64, told, seed: &mut Seed| {
        line.tell(now + Duration::from_secs(after), told, seed)
    };
    assert_eq!(tell(&mut line, 0, Told::Due, &mut seed), Deed::Open(hop(1)));
    assert_eq!(tell(&mut line, 0, Told::Open, &mut seed), Deed::Ask);
    assert_eq!(tell(&mut line, 4, Told::Due, &mut seed), Deed::Find);
    assert!(line.health.is_up());
    let found = Told::Hops(vec![hop(2), hop(3), hop(1)]);
    assert_eq!(tell(&mut line, 4, found, &mut seed), Deed::Open(hop(2)));
    tell(&mut line, 4, Told::Open, &mut seed);
    assert_eq!(tell(&mut line, 8, Told::Due, &mut seed), Deed::Open(hop(3)));
    assert!(matches!(line.health, Health::Down { why: WhyDown::Silent, .. }));
    tell(&mut line, 8, Told::Open, &mut seed);
    tell(&mut line, 8, Told::Granted(120), &mut seed);
    assert!(line.health.is_up());
}

#[test]
fn it_comes_back_at_half_of_what_was_granted_or_a_little_earlier() {
    let (now, mut seed) = (start(), Seed::new([1; 32]));
    for _ in 0..50 {
        let mut line = at(now, State::Asking, Health::Up { since: now });
        line.tell(now, Told::Granted(120), &mut seed);
        let due = line.due.unwrap() - now;
        assert!((54..=60).contains(&due.as_secs()), "{due:?}");
    }
}

/// Pauses before the next attempt of a line that fails `times` times.
fn pauses(mut line: Registration, times: usize, told: fn() -> Told) -> Vec<u64> {
    let (mut now, mut seed) = (start(), Seed::new([3; 32]));
    let pause = |_| {
        line.state = State::Asking;
        line.hops = [hop(1)].into();
        line.tell(now, told(), &mut seed);
        let pause = line.due.unwrap() - now;
        now += pause;
        pause.as_secs()
    };
    (0..times).map(pause).collect()
}

#[test]
fn a_new_line_tries_again_soon_and_then_twice_as_late_each_time() {
    let now = start();
    let line = at(now, State::Asking, Health::Starting { since: now });
    let bounds = [2..4, 4..8, 8..16, 16..32, 32..64, 60..120, 60..120, 60..120];
    for (pause, bound) in pauses(line, 8, || Told::Refused(500, None)).into_iter().zip(bounds) {
        assert!(bound.contains(&pause), "{pause} {bound:?}");
    }
}

#[test]
fn a_line_that_was_up_returns_after_a_time_of_its_own() {
    let now = start();
    let up = || at(now, State::Asking, Health::Up { since: now });
    assert!(pauses(up(), 5, || Told::Refused(503, None)).iter().all(|pause| (60..120).contains(pause)));
    assert!(pauses(up(), 3, || Told::Refused(503, Some(300))).iter().all(|pause| (300..420).contains(pause)));
    assert!(pauses(up(), 3, || Told::Forbidden).iter().all(|pause| (600..1200).contains(pause)));
}

/// A provider fails and is well again a moment later. A thousand boxes have noticed in the same second: each has asked once more in
/// vain, and then they come back over a whole minute.
#[test]
fn a_thousand_boxes_that_fall_together_do_not_come_back_together() {
    let now = start();
    let mut seconds = std::collections::BTreeMap::<u64, usize>::new();
    for number in 0..1_000_u16 {
        let [low, high] = number.to_le_bytes();
        let mut seed = Seed::new([low, high, 7].repeat(11)[..32].try_into().unwrap());
        let mut line = at(now, State::Resting, Health::Up { since: now });
        line.tell(now, Told::Lost(WhyDown::Silent), &mut seed);
        assert_eq!(line.due, Some(now), "at once");
        line.tell(now, Told::Due, &mut seed);
        line.tell(now, Told::Hops(vec![hop(1)]), &mut seed);
        assert_eq!(line.tell(now, Told::Open, &mut seed), Deed::Ask);
        let over = line.due.unwrap();
        line.tell(over, Told::Due, &mut seed);
        *seconds.entry((line.due.unwrap() - over).as_secs()).or_default() += 1;
    }
    assert!(seconds.keys().all(|second| (60..120).contains(second)), "{seconds:?}");
    assert!(seconds.values().all(|boxes| *boxes <= 40), "17 on average: {seconds:?}");
}

#[test]
fn a_line_that_falls_again_and_again_is_damped() {
    let (mut now, mut seed) = (start(), Seed::new([3; 32]));
    let mut line = at(now, State::Asking, Health::Up { since: now });
    let mut pauses = Vec::new();
    for _ in 0..7 {
        (line.state, line.hops) = (State::Asking, [hop(1)].into());
        line.tell(now, Told::Refused(503, None), &mut seed);
        let pause = line.due.unwrap() - now;
        pauses.push(pause.as_secs());
        now += Duration::from_secs(10);
        line.state = State::Asking;
        line.tell(now, Told::Granted(120), &mut seed);
    }
    assert!(pauses[..2].iter().all(|pause| (60..120).contains(pause)), "{pauses:?}");
    assert!(pauses[2..5].iter().all(|pause| (120..240).contains(pause)), "{pauses:?}");
    assert!(pauses[5..].iter().all(|pause| (240..480).contains(pause)), "{pauses:?}");
}
