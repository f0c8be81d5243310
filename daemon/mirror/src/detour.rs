//! A way round for calls that come in: while none of the account's lines works, the account sends its calls on to a second line.
//!
//! ```text
//!   lines gone for good ──> every phone line of the account forwards at once to the second line's number
//!   lines back ──────────> those entries go, and no other
//! ```
//!
//! Entries are known by their name, so that nothing has to be remembered: whoever changes a list meanwhile keeps what he wrote, and
//! a power cut in between forgets nothing.

use account::{E164, PhonelineId, UserId};
use serde_json::Value;

use crate::{Documents, Forward, Intent, Kind};

/// What the entries are called in the account; nobody else may call one so.
pub const DETOUR: &str = "Gatehouse: Umleitung";

/// The changes that send the calls of every line on to this number, or, without one, take that back; none when all is so already.
/// A list with an entry that says more than is understood here is left alone, since lists are replaced whole.
#[must_use]
pub fn detour(known: &Documents, to: Option<&E164>) -> Vec<Intent> {
    lists(known)
        .filter_map(|(user, line, before)| {
            let ours = to.map(|number| Forward {
                alias: DETOUR.to_owned(),
                destination: number.to_string(),
                timeout: 0,
                active: true,
            });
            let others = before.iter().filter(|entry| entry.alias != DETOUR).cloned();
            let forwardings: Vec<_> = ours.into_iter().chain(others).collect();
            (forwardings != before).then_some(Intent::Forwardings { user, line, forwardings })
        })
        .collect()
}

/// Lines whose calls the account sends on.
#[must_use]
pub fn detoured(known: &Documents) -> usize {
    lists(known).filter(|(_, _, list)| list.iter().any(|entry| entry.alias == DETOUR)).count()
}

impl Intent {
    /// Whether it is a step of a detour, there or back.
    #[must_use]
    pub fn is_detour(&self, known: &Documents) -> bool {
        let Self::Forwardings { line, forwardings, .. } = self else { return false };
        let ours = |list: &[Forward]| list.iter().any(|entry| entry.alias == DETOUR);
        ours(forwardings) || lists(known).any(|(_, of, list)| of == *line && ours(&list))
    }
}

/// The forwardings of every line that can be understood.
fn lists(known: &Documents) -> impl Iterator<Item = (UserId, PhonelineId, Vec<Forward>)> {
    known.of(Kind::Phoneline).filter_map(|document| {
        let line: PhonelineId = document.key.id.parse().ok()?;
        let key = crate::Key { kind: Kind::Forwarding, id: document.key.id.clone() };
        let items = known.find(&key)?.body.read().get("items").cloned().unwrap_or(Value::Null);
        Some((document.owner.as_deref()?.parse().ok()?, line, serde_json::from_value(items).ok()?))
    })
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use serde_json::{Value, json};

    use super::*;
    use crate::{Fetched, Outcome, Scope, Source, assemble, plan};

    const SECOND: &str = "+49305550999";

    fn known(lists: &[(&str, Value)]) -> Documents {
        let lines: Vec<_> = lists.iter().map(|(line, _)| json!({"id": line, "alias": ""})).collect();
        let mut fetched = Fetched::new(SystemTime::UNIX_EPOCH);
        let mut answers = vec![(Scope::of(Kind::Phoneline, "w0"), json!({"items": lines}))];
        answers.extend(
            lists.iter().map(|(line, items)| (Scope::of(Kind::Forwarding, line), json!({"items": items}))),
        );
        for (scope, answer) in answers {
            fetched.read(&scope, Source::V2, answer).unwrap();
            fetched.conclude(scope, Outcome::Complete);
        }
        let mut known = Documents::default();
        known.apply(plan(&known, &fetched));
        known
    }

    fn to_voicemail() -> Value {
        json!({"alias": "Box", "destination": "v0", "timeout": 25, "active": true})
    }

    fn ours() -> Value {
        json!({"alias": DETOUR, "destination": SECOND, "timeout": 0, "active": true})
    }

    fn lists_after(intents: &[Intent]) -> Vec<Value> {
        intents.iter().map(|intent| intent.wanted().unwrap()).collect()
    }

    #[test]
    fn every_line_is_sent_on_before_what_it_did_so_far_and_is_as_it_was_afterwards() {
        let number = SECOND.parse().unwrap();
        let before = known(&[("p0", json!([to_voicemail()])), ("p1", json!([]))]);
        let there = detour(&before, Some(&number));
        assert_eq!(lists_after(&there), [json!([ours(), to_voicemail()]), json!([ours()])]);
        assert!(there.iter().all(|intent| intent.is_detour(&before) && intent.check(&before).is_ok()));

        let led = known(&[("p0", json!([ours(), to_voicemail()])), ("p1", json!([ours()]))]);
        assert_eq!((detoured(&before), detoured(&led)), (0, 2));
        assert_eq!(detour(&led, Some(&number)), [], "once is enough");
        let back = detour(&led, None);
        assert_eq!(lists_after(&back), [json!([to_voicemail()]), json!([])]);
        assert!(back.iter().all(|intent| intent.is_detour(&led)));
        assert_eq!(detour(&before, None), [], "nothing of ours is there");
    }

    #[test]
    fn what_somebody_else_changed_meanwhile_stays() {
        let other = json!({"alias": "Neu", "destination": "+491570000001", "timeout": 10, "active": true});
        let led = known(&[("p0", json!([other, ours(), to_voicemail()]))]);
        assert_eq!(lists_after(&detour(&led, None)), [json!([other, to_voicemail()])]);
    }

    #[test]
    fn a_list_that_is_not_understood_whole_is_left_alone() {
        let strange =
            json!([{"alias": "", "destination": "v0", "timeout": 25, "active": true, "weekdays": [1]}]);
        let number = SECOND.parse().unwrap();
        assert_eq!(detour(&known(&[("p0", strange)]), Some(&number)), []);
    }

    /// Phones in the house are not sent the long way round by it.
    #[test]
    fn the_house_does_not_follow_its_own_detour() {
        let (house, _) = assemble(&known(&[("p0", json!([ours(), to_voicemail()]))]));
        let forwardings = &house.rules.lines[&"p0".parse().unwrap()].forwardings;
        assert_eq!(forwardings.iter().map(|one| &*one.alias).collect::<Vec<_>>(), ["Box"]);
    }
}
