//! The internet access carries one call: the next one out is refused with the reason, in the house all goes on, and help is
//! still reached (`help_comes_whatever_fails.rs`).

use tests::{Gatehouse, Phone, PracticeCloud, phone::Setup, tone::TONES, until};

const ECHO: &str = "+49305550910";
const BEN: u32 = TONES[2];

#[test]
fn the_next_call_out_is_refused_and_the_page_says_why() {
    let cloud = PracticeCloud::office();
    let mut house = Gatehouse::new();
    house.mirrors(&cloud.api);
    house.configured_with("[outgoing]\nuplink_kbit = 199\n");
    house.power_on();
    house.knows_the_account();
    until("every line up", || house.has_lines_up(8).then_some(()));
    let desk = |name, extension, voice| -> Phone {
        let mut phone = Setup::new(name, house.sip()).login(cloud.phone(extension)).voice(voice).start();
        phone.registered();
        phone
    };
    let (mut anna, mut ben) = (desk("anna", "102", TONES[0]), desk("ben", "103", BEN));
    let mut carl = desk("carl", "101", TONES[1]);
    anna.dial(ECHO);
    anna.talks();
    anna.hears(TONES[0], 1.0);
    ben.dial(ECHO);
    let why = ben.call_ends();
    assert!(why.starts_with("503"), "{why}");
    until("the page to say so", || {
        let status = house.tells("status").to_string();
        status.contains("The internet access carries no more calls").then_some(())
    });
    ben.dial("101");
    carl.rings();
    carl.answers();
    ben.talks();
    carl.hears(BEN, 1.0);
    anna.hears(TONES[0], 2.0);
    anna.hangs_up();
    anna.call_ends();
    until("the page to say no more of it", || {
        let status = house.tells("status").to_string();
        (!status.contains("The internet access carries no more calls")).then_some(())
    });
    ben.hangs_up();
    carl.call_ends();
}
