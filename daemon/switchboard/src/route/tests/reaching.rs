//! Forwardings, boxes, channels, refusals: what the account makes of a call into the house.

use std::time::Duration;

use account::{
    AnonymousCallers, Answering, Blocklist, Channel, ChannelMember, Destination, E164, Forwarding,
    GroupRules, LineRules, Phoneline, RingOrder, Snapshot, Target, Voicemail,
};

use super::{
    Caller, Now, Outgoing, Ring, Route, RouteRefused, all_registered, by_rules, from_phone, id, office,
};

const MARA: &str = "+4930555010";
const CHANNEL: &str = "0b4e9d6c-7a51-4f0e-9a3e-1f5a2b3c4d5e";

/// `101` is forwarded to these, each "seconds target", in the order of the account; `+` is outside.
fn forwarded(rows: &[&str]) -> Snapshot {
    let mut house = office();
    forward(&mut house, "w0", "p0", rows);
    house.indexed()
}

fn forward(house: &mut Snapshot, owner: &str, line: &str, rows: &[&str]) {
    let phoneline = Phoneline { id: id(line), alias: line.into(), owner: id(owner) };
    house.phonelines.insert(phoneline.id.clone(), phoneline);
    let voicemail = Voicemail { id: id("v0"), alias: "Box".into(), of: None };
    house.rules.voicemails.insert(voicemail.id.clone(), voicemail);
    let forwardings = rows.iter().map(|row| {
        let (after, to) = row.split_once(' ').unwrap();
        let (after, active) = after.strip_prefix('!').map_or((after, true), |after| (after, false));
        let to = to.parse().map_or_else(|_| Target::Inside(id(to)), Target::Number);
        Forwarding { alias: "".into(), to, after: Duration::from_secs(after.parse().unwrap()), active }
    });
    let rules = LineRules { forwardings: forwardings.collect(), ..LineRules::default() };
    house.rules.lines.insert(id(line), rules);
}

/// `e0,e2 25 | +49301234567 120` or the refusal.
fn shown(route: Result<Route, RouteRefused>) -> String {
    let route = match route {
        Ok(route) => route,
        Err(why) => return format!("{why:?}"),
    };
    let step = |step: &super::super::Step| {
        let ring = match &step.ring {
            Ring::Phones(phones) => phones.iter().map(|id| id.as_str()).collect::<Vec<_>>().join(","),
            Ring::Outside(outside) | Ring::AsHelp(outside) => outside.as_dialled().to_owned(),
            Ring::Mailbox(id) => id.to_string(),
            Ring::Messages => "messages".to_owned(),
            Ring::Line { channel, ready } => format!("{channel} {}", ready.len()),
        };
        format!("{ring} {}", step.ring_for.as_secs())
    };
    route.steps.iter().map(step).collect::<Vec<_>>().join(" | ")
}

fn from_world(dialled: &str, caller: Caller<'_>, house: &Snapshot, now: &Now) -> Result<Route, RouteRefused> {
    by_rules(dialled, caller, house, &Outgoing::default(), now)
}

fn gone(phones: &[&str]) -> Now {
    let mut now = all_registered();
    now.registered.retain(|device| !phones.contains(&device.as_str()));
    now
}

fn busy(phone: &str) -> Now {
    let mut now = all_registered();
    now.busy.insert(id(phone));
    now
}

#[test]
fn a_person_s_forwardings_are_followed_in_time() {
    let all = all_registered();
    let nobody = gone(&["e0", "e2"]);
    let rows: &[(&[&str], &Now, &str)] = &[
        (&[], &all, "e0,e2 120"),
        (&["25 +49301234567"], &all, "e0,e2 25 | +49301234567 120"),
        (&["!25 +49301234567"], &all, "e0,e2 120"),
        (&["0 +49301234567"], &all, "+49301234567 120"),
        (&["0 +49301234567", "25 w1"], &all, "+49301234567 25 | e1 120"),
        (&["40 +49301234567", "25 w1"], &all, "e0,e2 25 | e1 15 | +49301234567 120"),
        (&["25 v0"], &all, "e0,e2 25 | v0 0"),
        (&["25 +49301234567"], &nobody, "+49301234567 120"),
        (&["25 w1", "40 v0"], &nobody, "e1 15 | v0 0"),
        (&["25 v0", "25 v0"], &all, "e0,e2 25 | v0 0"),
        (&["25 v0", "25 v0"], &nobody, "v0 0"),
        (&["25 v0", "25 +49301234567"], &all, "e0,e2 25 | v0 0 | +49301234567 120"),
        (&["25 +49301234567", "25 v0"], &all, "e0,e2 25 | v0 0"),
        (&[], &nobody, "NotRegistered"),
        (&["25 w9"], &all, "e0,e2 120"),
        (&["25 w9"], &nobody, "NotRegistered"),
        (&["25 +49112"], &nobody, "NotRegistered"),
        (&["25 +112"], &nobody, "NotRegistered"),
        (&["25 +4930555010"], &all, "e0,e2 25"),
        (&["0 +4930555010"], &all, "NotRegistered"),
        (&["0 w0"], &all, "NotRegistered"),
    ];
    for (forwardings, now, steps) in rows {
        let route = from_phone("101", "e1", &forwarded(forwardings), now);
        // The caller e1 is Jörg's only phone, so that a call on to him finds nobody but the caller.
        let steps = steps.replace("e1 120", "").replace("e1 15", "");
        let steps = steps.split(" | ").filter(|step| !step.is_empty()).collect::<Vec<_>>().join(" | ");
        assert_eq!(shown(route), steps, "{forwardings:?} {steps}");
    }
    for (forwardings, now, steps) in rows {
        let house = forwarded(forwardings);
        let caller: E164 = id("+4940123456");
        let caller = Caller::World(Some(&caller));
        assert_eq!(shown(from_world(MARA, caller, &house, now)), *steps, "{forwardings:?}");
    }
}

#[test]
fn who_is_busy_is_forwarded_at_once_or_says_so() {
    let mut house = forwarded(&["25 +49301234567"]);
    house.users.get_mut(&id("w0")).unwrap().busy_on_busy = true;
    assert_eq!(shown(from_phone("101", "e1", &house.indexed(), &busy("e2"))), "+49301234567 120");
    let mut house = office();
    house.users.get_mut(&id("w0")).unwrap().busy_on_busy = true;
    assert_eq!(shown(from_phone("101", "e1", &house.indexed(), &busy("e2"))), "Busy");
    assert_eq!(shown(from_phone("101", "e1", &office(), &busy("e2"))), "e0,e2 120");
}

#[test]
fn an_inner_rule_wins_over_an_outer_one_and_circles_end() {
    let mut house = office();
    forward(&mut house, "w0", "p0", &["0 p1", "60 +49301111111"]);
    forward(&mut house, "w1", "p1", &["10 +49302222222", "30 p0"]);
    let house = house.indexed();
    let caller: E164 = id("+4940123456");
    let caller = Caller::World(Some(&caller));
    let route = from_world(MARA, caller, &house, &all_registered()).unwrap();
    assert_eq!(shown(Ok(route.clone())), "e1 10 | +49302222222 20 | +49301111111 120");
    let by: Vec<_> = route.steps.iter().map(|step| step.by.clone()).collect();
    let user = |user: &str| Some(Destination::User(id(user)));
    assert_eq!(by, [user("w0"), user("w1"), user("w0")]);
}

/// Each of twelve people sends every call on to the next.
#[test]
fn ten_hops_are_enough() {
    let mut house = office();
    for hop in 0..13 {
        let (user, line, next) = (format!("w{hop}"), format!("p{hop}"), format!("0 p{}", hop + 1));
        let mut person = house.users[&id("w0")].clone();
        (person.id, person.extensions) = (id(&user), vec![]);
        house.users.entry(person.id.clone()).or_insert(person);
        forward(&mut house, &user, &line, &[&next]);
    }
    forward(&mut house, "w9", "p9", &["0 +49301234567"]);
    assert_eq!(
        shown(from_phone("101", "e1", &house.clone().indexed(), &all_registered())),
        "+49301234567 120"
    );
    forward(&mut house, "w9", "p9", &["0 p10"]);
    forward(&mut house, "w12", "p12", &["0 +49301234567"]);
    assert_eq!(shown(from_phone("101", "e1", &house.indexed(), &all_registered())), "NotRegistered");
}

#[test]
fn blocked_and_hidden_callers_meet_the_account_s_rules() {
    let mut house = forwarded(&["0 +49301234567"]);
    house.rules.blocked = Blocklist { numbers: ["4940123456".into()].into(), prefixes: ["43".into()].into() };
    let rules = |anonymous, boxes| {
        let mut house = house.clone();
        let line = house.rules.lines.get_mut(&id("p0")).unwrap();
        line.anonymous = anonymous;
        if boxes {
            line.answering.push(Answering { box_id: id("v0"), after: None, active: true });
        }
        house.indexed()
    };
    let rows = [
        (AnonymousCallers::Ring, None, "+49301234567 120"),
        (AnonymousCallers::Reject, None, "NoAnonymous"),
        (AnonymousCallers::Voicemail, None, "v0 0"),
        (AnonymousCallers::Reject, Some("+4940123456"), "CallerBlocked"),
        (AnonymousCallers::Reject, Some("+43123456789"), "CallerBlocked"),
        (AnonymousCallers::Reject, Some("+4940123457"), "+49301234567 120"),
    ];
    for (anonymous, caller, steps) in rows {
        let house = rules(anonymous, true);
        let caller = caller.map(id::<E164>);
        let caller = Caller::World(caller.as_ref());
        assert_eq!(shown(from_world(MARA, caller, &house, &all_registered())), steps, "{caller:?}");
    }
    let house = rules(AnonymousCallers::Voicemail, false);
    let caller = Caller::World(None);
    assert_eq!(shown(from_world(MARA, caller, &house, &all_registered())), "NoVoicemail");
}

#[test]
fn whoever_calls_in_reaches_numbers_of_the_account_and_nothing_else() {
    let house = office();
    let rows = [
        ("+4930555010", "e0,e2 120"),
        ("4930555010", "e0,e2 120"),
        ("030555010", "e0,e2 120"),
        ("004930555010", "e0,e2 120"),
        ("101", "NotFound"),
        ("7654321e0", "NotFound"),
        ("+4940999999", "NotFound"),
        ("0900123456", "NotFound"),
        ("115", "NotFound"),
        ("", "NotFound"),
    ];
    for (dialled, steps) in rows {
        assert_eq!(
            shown(from_world(dialled, Caller::World(None), &house, &all_registered())),
            steps,
            "{dialled}"
        );
    }
}

#[test]
fn groups_ring_together_and_channels_as_they_say() {
    let mut house = office();
    for device in ["e0", "e1"] {
        house.devices.get_mut(&id(device)).unwrap().groups.push(id("g0"));
    }
    house.groups.insert(id("g0"), account::Group { id: id("g0"), alias: "Zentrale".into() });
    let answering = Answering { box_id: id("v0"), after: Some(Duration::from_secs(30)), active: true };
    house.rules.groups.insert(id("g0"), GroupRules { members: vec![], answering: vec![answering] });
    house.rules.voicemails.insert(id("v0"), Voicemail { id: id("v0"), alias: "Box".into(), of: None });
    let member = |user: &str, devices: &[&str]| ChannelMember {
        user: id(user),
        devices: devices.iter().map(|device| id(device)).collect(),
    };
    let channel = |ringing| Channel {
        id: id(CHANNEL),
        name: "Bestellannahme".into(),
        members: vec![member("w0", &["e0", "e2"]), member("w1", &["e1"])],
        ringing,
        order: vec![id("w1")],
        ring_time: Some(Duration::from_secs(15)),
        follow_up_time: None,
        queue: None,
        greeting: None,
    };
    for (digits, to) in [("200", "g0"), ("300", CHANNEL), ("400", "v0")] {
        house.numbers.push(account::Number {
            id: account::NumberId::new(digits),
            digits: digits.into(),
            kind: account::NumberKind::Extension,
            endpoint: Some(id(to)),
        });
    }
    for (ringing, dialled, steps) in [
        (RingOrder::OneByOne, "200", "e0 30 | v0 0"),
        (RingOrder::OneByOne, "300", "e0,e2 15"),
        (RingOrder::Everybody, "300", "e0,e2 120"),
        (RingOrder::Everybody, "400", "v0 0"),
    ] {
        let mut house = house.clone();
        house.rules.channels.insert(id(CHANNEL), channel(ringing));
        assert_eq!(shown(from_phone(dialled, "e1", &house.indexed(), &all_registered())), steps, "{dialled}");
    }
    house.rules.channels.insert(id(CHANNEL), channel(RingOrder::Other("LONGEST_IDLE".into())));
    let house = house.indexed();
    let route = from_phone("300", "e2", &house, &all_registered());
    assert_eq!(shown(route), "e1 15 | e0 15");
}

#[test]
fn callers_wait_in_line_where_a_channel_has_one() {
    let mut house = office();
    house.rules.channels.insert(
        id(CHANNEL),
        Channel {
            id: id(CHANNEL),
            name: "Bestellannahme".into(),
            members: vec![ChannelMember { user: id("w0"), devices: vec![id("e0"), id("e2")] }],
            ringing: RingOrder::OneByOne,
            order: vec![],
            ring_time: None,
            follow_up_time: None,
            queue: Some(account::ChannelQueue::default()),
            greeting: None,
        },
    );
    house.numbers.push(account::Number {
        id: account::NumberId::new("300"),
        digits: "300".into(),
        kind: account::NumberKind::Extension,
        endpoint: Some(id(CHANNEL)),
    });
    let house = house.indexed();
    let waits = format!("{CHANNEL} 2 1800");
    for (now, steps) in [
        (all_registered(), &*waits),
        (gone(&["e0", "e2"]), "NotRegistered"),
        (Now { full: true, ..all_registered() }, "LineFull"),
    ] {
        assert_eq!(shown(from_phone("300", "e1", &house, &now)), steps);
    }
}
