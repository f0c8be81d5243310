//! How much of the far end's number is kept, as the customer chose for itemised records.

use account::{CallParty, CallRecord};
use serde_json::Value;

use crate::Call;

/// The choice. It holds for what is stored and for what is shown: what was not kept cannot be shown later.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Privacy {
    /// Whole numbers.
    #[default]
    Complete,
    /// Numbers without their last three digits (German law's shortened form, TKG 65).
    Shortened,
    /// No itemised records.
    Nothing,
}

/// No choice has this name.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("records are kept complete, shortened or none")]
pub struct NoSuchChoice;

/// Digits left out.
const SHORTENED: usize = 3;

impl Privacy {
    /// Its name in settings, JSON and on the page; it never changes.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Shortened => "shortened",
            Self::Nothing => "none",
        }
    }

    /// Whether less is kept than under the other choice, so that what is stored has to be gone over.
    #[must_use]
    pub const fn keeps_less_than(self, other: Self) -> bool {
        (self as u8) > (other as u8)
    }

    /// The call as it may be kept or shown; `None` when it may not be.
    #[must_use]
    pub fn apply(self, call: &Call) -> Option<Call> {
        match self {
            Self::Complete => Some(call.clone()),
            Self::Shortened => Some(Call { remote: shortened(&call.remote), ..call.clone() }),
            Self::Nothing => None,
        }
    }

    /// The box's own record as it may be kept. A name from the telephone book says as much as the number, so it goes too.
    #[must_use]
    pub fn of_record(self, mut record: CallRecord) -> Option<CallRecord> {
        match self {
            Self::Complete => Some(record),
            Self::Shortened => {
                shorten_party(&mut record.caller);
                shorten_party(&mut record.callee);
                Some(record)
            }
            Self::Nothing => None,
        }
    }

    /// What the cloud said of an event, as it may be kept; the near end is a number of the account and stays.
    #[must_use]
    pub fn of_event(self, mut said: Value) -> Option<Value> {
        match self {
            Self::Complete => Some(said),
            Self::Shortened => {
                shorten_event(&mut said);
                Some(said)
            }
            Self::Nothing => None,
        }
    }
}

impl std::str::FromStr for Privacy {
    type Err = NoSuchChoice;

    fn from_str(name: &str) -> Result<Self, NoSuchChoice> {
        [Self::Complete, Self::Shortened, Self::Nothing]
            .into_iter()
            .find(|choice| choice.name() == name)
            .ok_or(NoSuchChoice)
    }
}

fn shorten_party(party: &mut CallParty) {
    if party.device.is_none() && party.user.is_none() {
        party.number = shortened(&party.number);
        party.name.clear();
    }
}

fn shorten_event(said: &mut Value) {
    let word =
        |said: &Value, name: &str| said.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    if let Some(call) = said.get_mut("call").filter(|call| call.is_object()) {
        let far = if word(call, "direction").starts_with("OUT") { "to" } else { "from" };
        return shorten_text(call, far);
    }
    let incoming = said.get("incoming").and_then(Value::as_bool);
    let incoming = incoming.unwrap_or_else(|| !word(said, "direction").ends_with("OUTGOING"));
    let (far, alias) = if incoming { ("source", "sourceAlias") } else { ("target", "targetAlias") };
    shorten_text(said, far);
    if let Some(alias) = said.get_mut(alias) {
        *alias = Value::from("");
    }
}

fn shorten_text(said: &mut Value, name: &str) {
    if let Some(number) = said.get_mut(name)
        && let Some(text) = number.as_str()
    {
        *number = shortened(text).into();
    }
}

/// `+4930555010` becomes `+4930555xxx`. What is short already says nothing at all; done twice it is done once.
fn shortened(number: &str) -> String {
    let mut cut: Vec<char> = number.chars().collect();
    let from = cut.len().saturating_sub(SHORTENED);
    cut.iter_mut().skip(from).for_each(|digit| *digit = 'x');
    cut.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use account::{CallOutcome, CallParty, CallRecord};
    use serde_json::json;

    use super::Privacy;

    #[test]
    fn what_is_kept_of_a_record_tells_nobody_who_was_called() {
        let ours =
            CallParty { user: "w1".parse().ok(), number: "101".into(), name: "Mara".into(), device: None };
        let theirs =
            CallParty { number: "+49305550901".into(), name: "Praxis".into(), ..CallParty::default() };
        let record = CallRecord {
            id: "1".into(),
            caller: ours.clone(),
            callee: theirs,
            started: SystemTime::UNIX_EPOCH,
            ringing: Duration::ZERO,
            talked: Duration::from_secs(9),
            outcome: CallOutcome::Answered,
            status: 200,
            through: None,
            voice: None,
        };
        assert_eq!(Privacy::Complete.of_record(record.clone()), Some(record.clone()));
        let kept = Privacy::Shortened.of_record(record.clone()).unwrap();
        assert_eq!((kept.callee.number.as_str(), kept.callee.name.as_str()), ("+49305550xxx", ""));
        assert_eq!(kept.caller, ours);
        assert_eq!(Privacy::Shortened.of_record(kept.clone()), Some(kept));
        assert_eq!(Privacy::Nothing.of_record(record), None);
    }

    #[test]
    fn of_the_cloud_s_words_the_far_end_is_shortened() {
        let shortened = |said| Privacy::Shortened.of_event(said).unwrap();
        let out =
            shortened(json!({"source": "+49305550101", "target": "+49305550901", "targetAlias": "Praxis",
            "sourceAlias": "Mara", "direction": "OUTGOING"}));
        assert_eq!(
            out,
            json!({"source": "+49305550101", "target": "+49305550xxx", "targetAlias": "", "sourceAlias": "Mara",
                   "direction": "OUTGOING"})
        );
        let missed =
            shortened(json!({"source": "+49305550901", "target": "x", "direction": "MISSED_INCOMING"}));
        assert_eq!(missed["source"], "+49305550xxx");
        let channel = shortened(
            json!({"call": {"from": "+49305550901", "to": "+49305550000", "direction": "INCOMING"}}),
        );
        assert_eq!(
            (&channel["call"]["from"], &channel["call"]["to"]),
            (&json!("+49305550xxx"), &json!("+49305550000"))
        );
        assert_eq!(Privacy::Nothing.of_event(json!({})), None);
        assert_eq!(shortened(json!(7)), json!(7));
    }

    #[test]
    fn a_choice_is_known_by_its_name() {
        for choice in [Privacy::Complete, Privacy::Shortened, Privacy::Nothing] {
            assert_eq!(choice.name().parse(), Ok(choice));
        }
        assert!("all".parse::<Privacy>().is_err());
        assert!(Privacy::Nothing.keeps_less_than(Privacy::Shortened));
        assert!(!Privacy::Complete.keeps_less_than(Privacy::Complete));
    }
}
