//! E14: whoever is to know hears of the call, and nothing waits for that.

use emergency::Rules;

use super::{PHONES, calls, office, office_with, rules};
use crate::tests::office::Office;

#[test]
fn e14_whoever_watches_the_box_sees_the_call_its_line_and_its_end() {
    use crate::HelpStage::{Connected, Over, Trying};
    let mut office = office();
    let mut line = calls(&mut office, "lena", "sip:112@sipgate.de");
    let seen = |office: &Office| {
        let help = office.board.picture().help.pop().unwrap();
        (help.device.to_string(), help.stage, help.rung.unwrap().line.as_str().to_owned())
    };
    assert_eq!(seen(&office), ("e3".into(), Trying, "7654321e3".into()));
    let there = office.rings("cloud");
    office.picks_up(&there);
    office.is_connected(&mut line);
    assert_eq!(seen(&office).1, Connected);
    office.hangs_up(&mut line, &there);
    assert_eq!(seen(&office).1, Over);
}

#[test]
fn e14_the_phones_of_the_alarm_are_told_and_nothing_waits_for_them() {
    let alarm = vec!["103".parse().unwrap()];
    let mut office = office_with(&PHONES, Rules { alarm, ..rules() });
    calls(&mut office, "mara", "sip:112@sipgate.de");
    let there = office.rings("cloud");
    let told = office.hears("lena");
    assert!(told.is_request("MESSAGE"), "{}", told.0);
    assert!(told.body().starts_with("NOTRUF 112: Mara (101), yard. wird verbunden."), "{}", told.body());
    assert_eq!(told.header("Priority"), "emergency");
    office.picks_up(&there);
    assert!(office.hears_all("lena").iter().any(|said| said.body().contains("verbunden. R")));
    office.nobody_hears_anything_but("mara");
}
