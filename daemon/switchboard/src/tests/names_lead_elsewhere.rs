//! The name of a provider leads elsewhere from now on, or nobody says any more where it leads.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use sip::locate::{Answer, Kind, Question, Recalled, Records, Target};

use super::cloud::trunk;
use super::office::Office;
use super::{MINUTE, SECOND};
use crate::lines::{Health, Line, LineNow};

const BERLIN: &str = "+4930999999";
const TTL: Duration = MINUTE;
const FIRST: &str = "192.0.2.201";
const SECOND_PLACE: &str = "192.0.2.202";

fn named() -> Line {
    Line { servers: vec![Target::named("sipgate.de:5062", None).unwrap()], ..trunk() }
}

impl Office {
    /// Whatever was asked is answered like this, or not at all.
    fn names_lead(&mut self, to: Option<&str>) {
        for question in std::mem::take(&mut self.cloud.asked) {
            let there: Vec<IpAddr> = if question.kind == Kind::A {
                to.iter().map(|to| to.parse().unwrap()).collect()
            } else {
                vec![]
            };
            let answer = to.map(|_| Answer { records: Records::Addresses(there), ttl: TTL });
            self.happens(crate::Input::Answer { question, answer });
        }
    }

    /// The provider works, and the name servers say this, or nothing.
    fn works_while_names_lead(&mut self, to: Option<&str>, time: Duration) {
        let until = self.now + time;
        while self.now < until {
            self.cloud_works(SECOND);
            self.names_lead(to);
        }
    }

    fn its_line(&self) -> LineNow {
        self.board.picture().lines.remove(0)
    }

    fn up_since(&self) -> Instant {
        let Health::Up { since } = self.its_line().health else { panic!("it is down") };
        since
    }
}

fn office() -> Office {
    let mut office = Office::with(&["mara", "joerg"]);
    office.has_lines(&[named()]);
    office.works_while_names_lead(Some(FIRST), 10 * SECOND);
    assert_eq!(office.its_line().peer, Some("192.0.2.201:5062".parse().unwrap()));
    office
}

#[test]
fn a_line_follows_its_provider_when_the_record_runs_out_and_its_calls_stay_where_they_are() {
    let mut office = office();
    let (since, flow) = (office.up_since(), office.phone("cloud").flow);
    let mut mara = office.dials("mara", BERLIN);
    let world = office.world_rings();
    office.picks_up(&world);
    office.is_connected(&mut mara);

    office.works_while_names_lead(Some(SECOND_PLACE), TTL - 15 * SECOND);
    assert_eq!(office.its_line().peer, Some(flow.peer), "the record counts until then");
    office.works_while_names_lead(Some(SECOND_PLACE), 20 * SECOND);
    assert_eq!(office.its_line().peer, Some("192.0.2.202:5062".parse().unwrap()));
    assert_eq!(office.up_since(), since, "without a gap");
    office.works_while_names_lead(Some(SECOND_PLACE), MINUTE);
    assert!(office.board.lines.has_way(flow), "somebody still talks there");

    office.hangs_up(&mut mara, &world);
    office.works_while_names_lead(Some(SECOND_PLACE), MINUTE);
    assert!(!office.board.lines.has_way(flow));
    office.has_lines(&[]);
}

/// As where every answer names another server of many.
#[test]
fn a_name_that_leads_elsewhere_with_every_answer_moves_lines_seldom() {
    let mut office = office();
    let (mut places, mut moves, mut peer) = ([SECOND_PLACE, FIRST].iter().cycle(), 0, office.its_line().peer);
    for _ in 0..20 {
        office.works_while_names_lead(places.next().copied(), MINUTE);
        moves += u32::from(office.its_line().peer != peer);
        peer = office.its_line().peer;
    }
    assert!((1..=3).contains(&moves), "{moves}");
    office.has_lines(&[]);
}

/// A record that leads to nobody takes no line down that works.
#[test]
fn a_line_stays_where_it_is_while_nobody_answers_where_the_name_leads_now() {
    let mut office = office();
    office.works_while_names_lead(Some("192.0.2.99"), 5 * MINUTE);
    assert_eq!(office.its_line().peer, Some(office.phone("cloud").flow.peer));
    assert!(office.its_line().health.is_up());
}

#[test]
fn when_no_name_server_answers_any_more_lines_live_on_the_last_answer_and_say_since_when() {
    let mut office = office();
    let since = office.up_since();
    assert_eq!(office.its_line().names_gone, None);
    office.works_while_names_lead(None, TTL);
    let gone = office.its_line().names_gone.unwrap();
    assert!(office.now - gone < 15 * SECOND);

    office.works_while_names_lead(None, 30 * MINUTE);
    assert_eq!((office.up_since(), office.its_line().names_gone), (since, Some(gone)));
    office.dials("mara", BERLIN);
    let world = office.world_rings();
    office.says(&world, 486);
    office.hears("cloud");

    office.works_while_names_lead(Some(FIRST), MINUTE);
    assert_eq!((office.up_since(), office.its_line().names_gone), (since, None));
}

/// Everything known is asked about at once, so that lines need not wait for one question after the other.
#[test]
fn a_box_that_starts_while_no_name_server_answers_goes_where_its_provider_was() {
    let mut office = Office::with(&["mara", "joerg"]);
    let recalled = |kind, there: &[&str]| {
        let addresses = there.iter().map(|to| to.parse().unwrap()).collect();
        let question = Question { name: "sipgate.de".into(), kind };
        Recalled { question, records: Records::Addresses(addresses), left: MINUTE }
    };
    let known = vec![recalled(Kind::A, &[FIRST]), recalled(Kind::Aaaa, &[])];
    office.happens(crate::Input::Recalled(known));
    assert_eq!(office.cloud.asked.len(), 2, "the name servers may know better");
    office.has_lines(&[named()]);
    office.works_while_names_lead(None, 10 * SECOND);
    let line = office.its_line();
    assert_eq!(line.peer, Some("192.0.2.201:5062".parse().unwrap()));
    assert!(line.names_gone.is_some() && line.health.is_up(), "{line:?}");
    office.works_while_names_lead(Some(SECOND_PLACE), MINUTE);
    assert_eq!(office.its_line().peer, Some("192.0.2.202:5062".parse().unwrap()), "once one answers");
    office.has_lines(&[]);
}
