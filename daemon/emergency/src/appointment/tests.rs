//! T5: who arms, who confirms, and what ends it.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::{Appointment, ArmRefused, End, LENGTH, Stage, Wish};
use crate::gate::Commissioned;

const SECOND: Duration = Duration::from_secs(1);

#[expect(clippy::disallowed_methods, reason = "an origin for simulated time")]
fn start() -> Instant {
    Instant::now()
}

fn wants(one: &mut Appointment, now: Instant, wish: Wish, who: &str) -> Result<(), ArmRefused> {
    one.handle(now, wish, (who, Commissioned::No))
}

/// Whether the call that begins now leaves for real.
fn leaves(one: &mut Appointment, now: Instant) -> bool {
    one.taken(now, Commissioned::No) == Commissioned::Yes
}

#[test]
fn t5_two_people_arm_it_for_one_call() {
    let (mut one, now) = (Appointment::default(), start());
    assert_eq!(wants(&mut one, now, Wish::Confirm, "jo"), Err(ArmRefused::NotAsked));
    wants(&mut one, now, Wish::Arm, "mara").unwrap();
    assert!(!leaves(&mut one, now), "one person is not enough");
    assert_eq!(wants(&mut one, now, Wish::Confirm, "mara"), Err(ArmRefused::SamePerson));
    assert_eq!(wants(&mut one, now, Wish::Arm, "jo"), Err(ArmRefused::UnderWay));
    wants(&mut one, now + 60 * SECOND, Wish::Confirm, "jo").unwrap();
    let until = now + 60 * SECOND + LENGTH;
    let armed = Stage::Armed { by: "mara".into(), confirmed: "jo".into(), until };
    assert_eq!((one.stage(), one.next_deadline()), (Some(&armed), Some(until)));
    assert_eq!(wants(&mut one, now, Wish::Confirm, "lena"), Err(ArmRefused::UnderWay));
    assert!(leaves(&mut one, until - SECOND));
    assert_eq!(one.ended(), Some((until - SECOND, End::Called)));
    assert!(!leaves(&mut one, until - SECOND), "the second call does not");
}

#[test]
fn t5_it_ends_by_itself_after_15_minutes() {
    let (mut one, now) = (Appointment::default(), start());
    wants(&mut one, now, Wish::Arm, "mara").unwrap();
    assert!(!one.handle_timeout(now + LENGTH - SECOND));
    assert_eq!(wants(&mut one, now + LENGTH, Wish::Confirm, "jo"), Err(ArmRefused::NotAsked));
    assert_eq!(one.ended(), Some((now + LENGTH, End::NotConfirmed)));
    let now = now + LENGTH;
    wants(&mut one, now, Wish::Arm, "mara").unwrap();
    wants(&mut one, now, Wish::Confirm, "jo").unwrap();
    assert!(!leaves(&mut one, now + LENGTH), "although nobody looked at the clock before");
    assert_eq!(one.ended(), Some((now + LENGTH, End::TimeUp)));
}

#[test]
fn t5_anybody_takes_it_back() {
    let (mut one, now) = (Appointment::default(), start());
    wants(&mut one, now, Wish::Disarm, "lena").unwrap();
    assert_eq!(one.ended(), None, "nothing was to end");
    wants(&mut one, now, Wish::Arm, "mara").unwrap();
    wants(&mut one, now, Wish::Confirm, "jo").unwrap();
    wants(&mut one, now, Wish::Disarm, "lena").unwrap();
    assert!(!leaves(&mut one, now));
    assert_eq!((one.stage(), one.ended()), (None, Some((now, End::Disarmed))));
}

#[test]
fn t5_a_commissioned_box_has_nothing_to_arm_and_no_call_ends_anything() {
    let (mut one, now) = (Appointment::default(), start());
    for wish in [Wish::Arm, Wish::Confirm] {
        let refused = one.handle(now, wish, ("mara", Commissioned::Yes));
        assert_eq!(refused, Err(ArmRefused::Commissioned));
    }
    assert_eq!(one.taken(now, Commissioned::Yes), Commissioned::Yes);
    assert_eq!((one.stage(), one.ended()), (None, None));
}

proptest! {
    /// Whatever people do in whatever order: a call leaves for real only when two of them wanted it within the time, and
    /// no other did since.
    #[test]
    fn t5_no_call_leaves_for_real_without_two_people(
        deeds in proptest::collection::vec((0..4_u8, 0..3_usize, 0..1_000_u64), 0..60),
    ) {
        let (mut one, mut now) = (Appointment::default(), start());
        let (mut asked, mut armed): (Option<(usize, Instant)>, Option<Instant>) = (None, None);
        for (deed, who, later) in deeds {
            now += Duration::from_secs(later);
            asked = asked.filter(|(_, at)| now < *at + LENGTH);
            armed = armed.filter(|at| now < *at + LENGTH);
            let name = ["mara", "jo", "lena"][who];
            match deed {
                0 => {
                    let taken = wants(&mut one, now, Wish::Arm, name).is_ok();
                    prop_assert_eq!(taken, asked.is_none() && armed.is_none());
                    asked = if taken { Some((who, now)) } else { asked };
                }
                1 => {
                    let taken = wants(&mut one, now, Wish::Confirm, name).is_ok();
                    prop_assert_eq!(taken, asked.is_some_and(|(by, _)| by != who));
                    (asked, armed) = if taken { (None, Some(now)) } else { (asked, armed) };
                }
                2 => {
                    wants(&mut one, now, Wish::Disarm, name).unwrap();
                    (asked, armed) = (None, None);
                }
                _ => {
                    prop_assert_eq!(leaves(&mut one, now), armed.is_some());
                    armed = None;
                }
            }
        }
    }
}
