//! Which right of the token serves what, and which one is lacking.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::endpoint::INTERNAL;
use crate::{ENDPOINTS, Freshness, Kind, State};

/// The narrowest right of each act that changes something, as the description of the interface has it.
const ACTS: &[(&str, &[&str])] = &[
    ("devices:write", &["device_alias", "device_state", "device_new", "device_gone", "device_password"]),
    ("devices:callerid:write", &["device_caller_id"]),
    ("users:role:write", &["user_role"]),
    ("users:busyonbusy:write", &["user_busy_on_busy"]),
    ("users:write", &["user_address", "user_gone"]),
    ("users:defaultdevice:write", &["user_default_device"]),
    ("numbers:write", &["number_target", "extension_new", "extension_gone"]),
    ("groups:devices:write", &["group_join", "group_leave"]),
    ("groups:write", &["group_new", "group_gone"]),
    ("contacts:write", &["contact_new", "contact_change", "contact_gone"]),
    ("blacklist:write", &["block", "unblock"]),
    ("callrestrictions:write", &["restriction"]),
    ("phonelines:forwardings:write", &["forwardings"]),
];

/// The right to read what happened.
const HISTORY: &str = "history:read";

/// One right, what it serves, and whether the box has it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Right {
    /// Its name (OAuth scope), `devices:read`.
    pub right: &'static str,
    /// What is read by it.
    pub kinds: Vec<Kind>,
    /// What is changed by it.
    pub acts: &'static [&'static str],
    /// Whether it is there.
    pub standing: Standing,
}

/// Whether a right is there.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The cloud granted it, or answers by it.
    Granted,
    /// The cloud said what it granted, and this is not among it.
    Lacking,
    /// The cloud refuses what it serves: the token lacks it, its owner's role does, or the product was never booked. The
    /// cloud does not tell these apart.
    Refused,
    /// Nothing was tried yet, and the cloud never said.
    Unknown,
}

/// All rights that reading takes and that can be asked for.
#[must_use]
pub fn reading_rights() -> BTreeSet<&'static str> {
    let rights = ENDPOINTS.iter().map(|endpoint| endpoint.right).chain([HISTORY]);
    rights.filter(|right| !["", INTERNAL].contains(right)).collect()
}

/// Every right the box can use. `granted` is what the cloud said it granted; a token made by hand does not say.
#[must_use]
pub fn rights(fresh: &BTreeMap<Kind, Freshness>, granted: Option<&BTreeSet<String>>) -> Vec<Right> {
    let of = |right: &'static str, kinds: Vec<Kind>, acts| {
        let standing = match granted {
            Some(granted) if granted.contains(right) || granted.contains("all") => Standing::Granted,
            Some(_) => Standing::Lacking,
            None => answered(&kinds, fresh),
        };
        Right { right, kinds, acts, standing }
    };
    let kinds =
        |right| Kind::ALL.iter().copied().filter(move |kind| kind.endpoints().any(|it| it.right == right));
    let reading = reading_rights().into_iter().map(|right| of(right, kinds(right).collect(), [].as_slice()));
    let writing = ACTS.iter().map(|(right, acts)| of(right, Vec::new(), *acts));
    reading.chain(writing).collect()
}

fn answered(kinds: &[Kind], fresh: &BTreeMap<Kind, Freshness>) -> Standing {
    let states: Vec<State> = kinds.iter().filter_map(|kind| Some(fresh.get(kind)?.state)).collect();
    if states.contains(&State::Complete) {
        Standing::Granted
    } else if !states.is_empty() && states.iter().all(|state| matches!(state, State::Absent { .. })) {
        Standing::Refused
    } else {
        Standing::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::{Standing, reading_rights, rights};
    use crate::{Freshness, Kind, State};

    #[test]
    fn a_refused_kind_names_its_right_and_a_granted_list_is_believed() {
        let fresh = |state| Freshness { at: None, state };
        let known = [
            (Kind::Balance, fresh(State::Absent { since: None })),
            (Kind::Contact, fresh(State::Absent { since: None })),
            (Kind::Directory, fresh(State::Complete)),
        ];
        let known = known.into_iter().collect();
        let standing = |name: &str, granted| {
            let all = rights(&known, granted);
            all.iter().find(|right| right.right == name).unwrap().standing
        };
        assert_eq!(standing("balance:read", None), Standing::Refused);
        assert_eq!(standing("contacts:read", None), Standing::Granted, "the directory takes the same right");
        assert_eq!(standing("users:read", None), Standing::Unknown);
        assert_eq!(standing("devices:write", None), Standing::Unknown);
        let granted = ["balance:read".to_owned()].into();
        assert_eq!(standing("balance:read", Some(&granted)), Standing::Granted);
        assert_eq!(standing("devices:write", Some(&granted)), Standing::Lacking);
        assert_eq!(standing("devices:write", Some(&["all".to_owned()].into())), Standing::Granted);
    }

    #[test]
    fn reading_asks_for_no_right_to_change_anything() {
        assert!(reading_rights().iter().all(|right| right.ends_with(":read")));
    }
}
