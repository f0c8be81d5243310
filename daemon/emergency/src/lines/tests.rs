//! R0, E5, E9: the line carries the address, and the order of lines when it does not answer.

use account::{AddressId, LineId};

use super::{AddressFit, Capable, Line, Step, Via, ladder};
use crate::{
    place::{CloudAddress, CloudState, LocationId},
    resolve::{Confidence, Resolution, Rule, Said},
    standing::Whereabouts,
};

pub(crate) fn line(name: &str, via: Via, address: Option<&str>, site: u32, area: &str) -> Line {
    let state = CloudState::Verified;
    Line {
        name: LineId::new(name),
        number: format!("+49{area}5550{}", name.len()).parse().ok(),
        via,
        ways: 1,
        address: address.map(|id| CloudAddress { id: AddressId::new(id), state }),
        site: Some(LocationId(site)),
        area: Some(area.into()),
        capable: Capable::Yes,
    }
}

pub(crate) fn at(address: Option<&str>) -> Resolution {
    Resolution {
        location: Some(LocationId(1)),
        address: address.map(AddressId::new),
        rule: Some(Rule::Port),
        confidence: Confidence::Exact,
        conflict: None,
        said: [Said::Nothing; 8],
        whereabouts: Whereabouts::OnNet,
    }
}

/// One line for each step.
fn office() -> Vec<Line> {
    let mut lines = vec![
        line("analogue", Via::Analogue, None, 1, "211"),
        line("lte", Via::Mobile, None, 1, "211"),
        line("second", Via::SecondTrunk, None, 1, "211"),
        line("7654321e4", Via::Account, Some("munich"), 3, "89"),
        line("7654321e3", Via::Account, Some("harbour"), 2, "211"),
        line("7654321e2", Via::Account, Some("gate"), 1, "211"),
        line("7654321e1", Via::Account, Some("yard"), 1, "211"),
    ];
    lines[6].ways = 2;
    lines
}

fn order(rungs: &[super::Rung]) -> Vec<(Step, &str, u8)> {
    rungs.iter().map(|rung| (rung.step, rung.line.as_str(), rung.way)).collect()
}

#[test]
fn e09_lines_are_tried_in_order() {
    use AddressFit::{MayBeWrong, Right};
    let rungs = ladder(&at(Some("yard")), Some(LocationId(1)), None, &office());
    let wanted = [
        (Step::OwnLine, "7654321e1", 0),
        (Step::OtherWay, "7654321e1", 1),
        (Step::SameSite, "7654321e2", 0),
        (Step::SameArea, "7654321e3", 0),
        (Step::AnyLine, "7654321e4", 0),
        (Step::SecondTrunk, "second", 0),
        (Step::Mobile, "lte", 0),
        (Step::Analogue, "analogue", 0),
    ];
    assert_eq!(order(&rungs), wanted);
    let fits: Vec<AddressFit> = rungs.iter().map(|rung| rung.address).collect();
    let wrong = [MayBeWrong; 6];
    assert_eq!((&fits[..2], &fits[2..]), (&[Right, Right][..], &wrong[..]));
}

#[test]
fn r0_only_a_verified_address_makes_a_line_the_own_line() {
    for (state, step) in [
        (CloudState::Verified, Step::OwnLine),
        (CloudState::Pending, Step::SameSite),
        (CloudState::Rejected, Step::SameSite),
        (CloudState::Removed, Step::SameSite),
        (CloudState::Unknown, Step::SameSite),
    ] {
        let mut lines = vec![line("7654321e1", Via::Account, Some("yard"), 1, "211")];
        lines[0].address.as_mut().unwrap().state = state;
        let rungs = ladder(&at(Some("yard")), Some(LocationId(1)), None, &lines);
        assert_eq!(rungs[0].step, step, "{state:?}");
        let right = state == CloudState::Verified;
        assert_eq!(rungs[0].address == AddressFit::Right, right, "{state:?}");
    }
}

#[test]
fn e05_the_phone_s_own_line_shows_its_number_where_it_fits() {
    let lines = ["7654321e1", "7654321e22"].map(|name| line(name, Via::Account, Some("yard"), 1, "211"));
    let own = LineId::new("7654321e22");
    let rungs = ladder(&at(Some("yard")), None, Some(&own), &lines);
    assert_eq!((rungs[0].line.as_str(), &rungs[0].number), ("7654321e22", &lines[1].number));
    let elsewhere = ladder(&at(Some("gate")), None, Some(&own), &lines);
    assert!(
        elsewhere.iter().all(|rung| rung.step == Step::AnyLine && rung.address == AddressFit::MayBeWrong)
    );
}

#[test]
fn without_a_place_any_line_is_taken_and_incapable_ones_never() {
    let mut lines = office();
    lines[6].capable = Capable::No;
    let rungs = ladder(&at(None), None, None, &lines);
    assert_eq!(rungs[0].step, Step::AnyLine);
    assert!(rungs.iter().all(|rung| rung.line != lines[6].name));
}
