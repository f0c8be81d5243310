//! Keys pressed travel under each side's own number (RFC 4733 2.4.1, RFC 3264 6.1).

use media::payload::Passage;
use media::relay::{LegId, LegPlan};

use super::Office;

/// The latest plan of a leg.
fn plan(plans: &[(LegId, LegPlan)], leg: LegId) -> &LegPlan {
    &plans.iter().rfind(|(one, _)| *one == leg).unwrap().1
}

#[test]
fn a_key_gets_the_number_that_the_other_side_expects_whichever_the_phone_uses() {
    let mut office = Office::open();
    let mut here = office.dials("mara", "102");
    let there = office.rings("joerg");
    let clouds = office.phone("joerg").voice("sendrecv").replace("101", "113");
    office.replies(&there, &there.invite, 200, &clouds);
    office.hears("joerg");
    office.is_connected(&mut here);
    let [caller, callee] = office.relay.legs();
    let plans = office.relay.expected();
    let passages = |leg| {
        let map = plan(&plans, leg).payloads.clone().unwrap();
        [101, 113, 8, 0, 18].map(|number| map.passage(number))
    };
    let key = |number| Passage::Events(Some(number));
    let rest = [Passage::As(8), Passage::Refused, Passage::Refused];
    assert_eq!(passages(caller), [[key(113), key(113)].as_slice(), &rest].concat()[..]);
    assert_eq!(passages(callee), [[key(101), key(101)].as_slice(), &rest].concat()[..]);
}

#[test]
fn who_takes_no_keys_as_events_is_sent_none() {
    let mut office = Office::open();
    let mut here = office.dials("mara", "102");
    let there = office.rings("joerg");
    let plain = office.phone("joerg").voice("sendrecv").replace("8 101", "8");
    let plain = plain.replace("a=rtpmap:101 telephone-event/8000\r\n", "");
    office.replies(&there, &there.invite, 200, &plain);
    office.hears("joerg");
    office.is_connected(&mut here);
    let [caller, _] = office.relay.legs();
    let plans = office.relay.expected();
    assert_eq!(plan(&plans, caller).payloads.as_ref().unwrap().passage(101), Passage::Events(None));
}
