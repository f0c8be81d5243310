//! E1, A5: the plan of the house cannot hide an emergency number.

use account::{Snapshot, User};

use super::{Consequence, Origin, Planned, PlannedSort};
use crate::{Numbers, dialled::Visitors};

fn reason(sort: PlannedSort, digits: &str) -> Option<String> {
    Numbers::default().allows(Planned { sort, digits, origin: Origin::Here }).err().map(|no| no.to_string())
}

#[test]
fn a_colliding_number_is_refused_by_name_and_reason() {
    use PlannedSort::{Extension, FeatureCode, Group, Login, SpeedDial};
    let rows = [
        (Extension, "110", "extension 110 begins with the emergency number 110: choose another number"),
        (Extension, "1125", "extension 1125 begins with the emergency number 112: choose another number"),
        (Group, "0112", "group 0112 begins with the emergency number 112: choose another number"),
        (SpeedDial, "01101", "speed dial 01101 begins with the emergency number 110: choose another number"),
        (
            FeatureCode,
            "112#",
            "feature code 112# begins with the emergency number 112: choose another number",
        ),
        (Login, "112-34", "login 112-34 begins with the emergency number 112: choose another number"),
        (Extension, "911", "extension 911 is what visitors dial for 112: choose another number"),
        (Extension, "116117", "extension 116117 is the number of the doctor on call: choose another number"),
    ];
    for (sort, digits, why) in rows {
        assert_eq!(reason(sort, digits).as_deref(), Some(why));
    }
}

#[test]
fn the_rehearsal_s_code_is_taken_too() {
    let numbers = Numbers::new("0", Visitors::Understood, Some("*99*1")).unwrap();
    let code = Planned { sort: PlannedSort::FeatureCode, digits: "*99*1", origin: Origin::Here };
    let why = "feature code *99*1 is the code that rehearses an emergency call: choose another number";
    assert_eq!(numbers.allows(code).unwrap_err().to_string(), why);
}

#[test]
fn other_numbers_are_free() {
    for digits in ["10", "11", "101", "111", "113", "115", "2112", "9110", "9990", "*112", "1123456e4", "211"]
    {
        assert_eq!(reason(PlannedSort::Extension, digits), None, "{digits}");
    }
}

#[test]
fn the_account_is_warned_about_and_the_emergency_wins() {
    let mut house = Snapshot::default();
    let extensions = ["1121", "101"].map(|one| one.parse().unwrap()).to_vec();
    let id: account::UserId = "w1".parse().unwrap();
    let user = User {
        id: id.clone(),
        name: "Mara Beispiel".into(),
        extensions,
        default_device: None,
        busy_on_busy: false,
        admin: false,
        address: None,
    };
    house.users.insert(id, user);
    let found = Numbers::default().collisions(&house);
    assert_eq!(found.len(), 1);
    assert_eq!((&*found[0].digits, found[0].consequence), ("1121", Consequence::EmergencyWins));
    assert!(found[0].to_string().ends_with("change it in the account"));
}
