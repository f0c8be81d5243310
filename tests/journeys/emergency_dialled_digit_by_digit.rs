//! A phone sends each digit as it is pressed: with the last one of 112 the call goes, and the control centre knows the desk.

use tests::{Gatehouse, PracticeCloud, Sipp, until};

#[test]
fn the_last_digit_of_112_calls_at_once() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    until("every line up", || house.has_lines_up(8).then_some(()));
    let desk = cloud.phone("102");
    Sipp::new("overlap.xml").to(house.sip()).row(desk).pausing(200).passes();
    let heard = until("the control centre", || {
        cloud.events().into_iter().find(|event| event["event"] == "emergency")
    });
    assert_eq!(
        (heard["number"].as_str(), heard["device"].as_str()),
        (Some("112"), Some(&*desk.device)),
        "{heard}"
    );
}
