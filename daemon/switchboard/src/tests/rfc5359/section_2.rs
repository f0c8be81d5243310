//! RFC 5359 2: services.

use super::super::Office;
use super::super::line::Line;

impl Office {
    /// Holds, or takes back; the other side agrees with `answer`.
    fn turns(&mut self, line: &mut Line, direction: &str, other: &Line, answer: &str) {
        let voice = self.phone(line.phone).voice(direction);
        line.invite = self.asks(line, "INVITE", "", &voice);
        assert!(self.hears(line.phone).is_answer(100, "INVITE"));
        let request = self.hears(other.phone);
        assert!(request.is_request("INVITE") && request.body().contains(&format!("a={direction}\r\n")));
        let voice = self.phone(other.phone).voice(answer);
        self.replies(other, &request, 200, &voice);
        assert!(self.hears(other.phone).is_request("ACK"));
        assert!(self.is_connected(line).body().contains(&format!("a={answer}\r\n")));
    }
}

#[test]
fn section_2_1_call_hold() {
    let mut office = Office::open();
    let (mut here, there) = office.talk("mara", "102", "joerg");
    office.turns(&mut here, "sendonly", &there, "recvonly");
    office.turns(&mut here, "sendrecv", &there, "sendrecv");
    office.hangs_up(&mut here, &there);
    office.nobody_hears_anything();
}

/// Alice holds Bob, asks Carol, and comes back to Bob.
#[test]
fn section_2_2_consultation_hold() {
    let mut office = Office::open();
    let (mut first, bob) = office.talk("mara", "102", "joerg");
    office.turns(&mut first, "sendonly", &bob, "recvonly");
    let (mut second, carol) = office.talk("mara", "103", "lena");
    assert_eq!(office.board.picture().calls.len(), 2);
    office.hangs_up(&mut second, &carol);
    office.nobody_hears_anything();
    office.turns(&mut first, "sendrecv", &bob, "sendrecv");
    office.hangs_up(&mut first, &bob);
}

/// Every place where somebody may be is tried; who answers there is found, the others fall silent.
#[test]
fn section_2_12_find_me() {
    let mut office = Office::open();
    let mut here = office.dials("lena", "101");
    let (desk, cordless) = (office.rings("mara"), office.rings("mara2"));
    office.says(&desk, 180);
    office.says(&cordless, 180);
    assert!(office.hears("lena").is_answer(180, "INVITE"));
    office.picks_up(&cordless);
    office.is_connected(&mut here);
    office.falls_silent(&desk);
    office.hangs_up(&mut here, &cordless);
}
