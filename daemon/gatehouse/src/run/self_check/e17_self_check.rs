//! E17: every minute, would a call for help leave from the right line?

use std::time::Instant;

use account::{AddressId, LineId};
use emergency::{
    Bindings, Capable, CloudAddress, CloudState, Ground, Line, Location, LocationId, LocationKind, Places,
    Ready, Rules, Standing, Table, Via, Whereabouts,
};

use super::{Found, check};

fn address(state: CloudState) -> CloudAddress {
    CloudAddress { id: AddressId::new("yard"), state }
}

/// A phone in the house, and a line whose address is in this state.
fn ready(state: CloudState) -> Ready {
    let yard = Location {
        id: LocationId(1),
        parent: None,
        kind: LocationKind::Site,
        name: "yard".into(),
        cloud: Some(address(CloudState::Verified)),
        civic: emergency::Civic::default(),
        coordinates: None,
    };
    let places = Places::new(vec![yard]).unwrap();
    let ground = Ground { places, bindings: Bindings::default(), default: LocationId(1) };
    let phone = |whereabouts, device: &str| Standing {
        device: device.parse().unwrap(),
        whereabouts,
        sightings: vec![],
        user: None,
        account: None,
    };
    let phones = [phone(Whereabouts::OnNet, "e0"), phone(Whereabouts::Abroad, "e1")];
    let table = Table::compute(&phones, &ground, Instant::now());
    let line = Line {
        name: LineId::new("7654321e0"),
        number: None,
        via: Via::Account,
        ways: 1,
        address: Some(address(state)),
        site: None,
        area: None,
        capable: Capable::Yes,
    };
    Ready::compute(Rules::default(), &table, &ground.places, &[line], |_| None)
}

#[test]
fn e17_a_line_that_says_nothing_or_does_not_work_is_found_before_anybody_calls() {
    let verified = ready(CloudState::Verified);
    assert_eq!(check(&verified, |_| true), Found::default(), "and who is abroad uses no line");
    let down = Found { wrong: 0, down: ["7654321e0".to_owned()].into() };
    assert_eq!(check(&verified, |_| false), down);
    for state in [CloudState::Pending, CloudState::Rejected, CloudState::Removed] {
        assert_eq!(check(&ready(state), |_| true).wrong, 1, "{state:?}");
    }
}

#[test]
fn e17_a_letter_says_when_something_goes_wrong_and_when_all_is_right_again() {
    let right = Found::default();
    let wrong = Found { wrong: 2, down: ["7654321e0".to_owned()].into() };
    let letter = wrong.letter(&right).unwrap();
    assert!(letter.text.contains("2 phones") && letter.text.contains("7654321e0"), "{}", letter.text);
    assert_eq!(Found { wrong: 3, ..Found::default() }.letter(&wrong), None, "it was said already");
    assert!(right.letter(&wrong).unwrap().subject.contains("again"));
    assert_eq!(right.letter(&right), None);
}
