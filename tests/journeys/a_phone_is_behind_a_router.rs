//! A phone at home, over TCP, behind a router that translates its address and forgets about it.

use tests::{Gatehouse, Lan, Phone, PracticeCloud, Wan, phone::Setup, tone::TONES, until};

/// They call each other, each hears the other.
fn talk(from: &mut Phone, to: &mut Phone, number: &str, tones: [u32; 2]) {
    let before = [from.recordings().len(), to.recordings().len()];
    from.dial(number);
    to.rings();
    to.answers();
    from.talks();
    to.talks();
    for (phone, before) in [(&*from, before[0]), (&*to, before[1])] {
        until("a new recording", || (phone.recordings().len() > before).then_some(()));
    }
    from.hears(tones[1], 1.0);
    to.hears(tones[0], 1.0);
    from.hangs_up();
    from.call_ends();
    to.call_ends();
}

#[test]
fn over_tcp_it_is_called_and_calls_and_does_so_again_once_it_is_back() {
    let mut lan = Lan::new();
    let wan = Wan::of(&mut lan);
    let (world, address) = wan.world();
    let cloud = PracticeCloud::beside(&world);
    let mut house = Gatehouse::at(world.clone(), address);
    house.mirrors(&cloud.api);
    house.has_no_mailboxes();
    house.power_on();
    house.knows_the_account();
    let mut boss = Setup::new("boss", house.sip()).login(cloud.phone("101")).at(world, address).start();
    boss.registered();
    let (home, desk) = lan.host("home", 3);
    wan.leads_out(&home);
    let mut anna = Setup::new("anna", house.sip()).login(cloud.phone("102")).voice(TONES[1]).over("tcp");
    anna = anna.at(home, desk);
    let mut anna = anna.start();
    anna.registered();

    talk(&mut boss, &mut anna, "102", [TONES[0], TONES[1]]);
    talk(&mut anna, &mut boss, "101", [TONES[1], TONES[0]]);

    wan.forgets_mappings();
    boss.dial("102");
    let why = boss.call_ends();
    assert!(why.starts_with(['4', '5']), "who calls meanwhile hears that nobody is there: {why}");

    anna.registers_anew();
    talk(&mut boss, &mut anna, "102", [TONES[0], TONES[1]]);
    talk(&mut anna, &mut boss, "101", [TONES[1], TONES[0]]);
}
