//! What the account wants done with calls beyond ringing: forwardings, refusals, boxes and rights.
//!
//! Values this version does not know are kept as they are written, so that whoever shows them can say so.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::{
    Channel, ChannelId, DeviceId, E164, EndpointId, FaxlineId, GroupId, PhonelineId, UserId, VoicemailId,
};

/// Everything the account says about calls that do not simply ring; each part is empty where the account has none.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Rules {
    /// What becomes of calls to a user's line.
    pub lines: BTreeMap<PhonelineId, LineRules>,
    /// Who belongs to a group, and its boxes.
    pub groups: BTreeMap<GroupId, GroupRules>,
    /// Channels of a neo account.
    pub channels: BTreeMap<ChannelId, Channel>,
    /// Voicemail boxes.
    pub voicemails: BTreeMap<VoicemailId, Voicemail>,
    /// Fax lines of users and groups.
    pub faxlines: BTreeMap<FaxlineId, Faxline>,
    /// What a user may not call.
    pub restrictions: BTreeMap<UserId, Restrictions>,
    /// Callers nobody here wants to hear from.
    pub blocked: Blocklist,
    /// What a device shows and how it reads short numbers.
    pub senders: BTreeMap<DeviceId, Sender>,
}

/// What becomes of calls to one line of a classic account.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct LineRules {
    /// In the order of the account, inactive ones included. The cloud does not say which of them are meant for busy or
    /// for offline: the list holds for all.
    pub forwardings: Vec<Forwarding>,
    /// What becomes of callers who hide their number, whatever the forwardings say.
    pub anonymous: AnonymousCallers,
    /// Its boxes.
    pub answering: Vec<Answering>,
}

/// One entry of a line's list of forwardings.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Forwarding {
    /// Its name.
    pub alias: Box<str>,
    /// Where the call goes.
    pub to: Target,
    /// After ringing this long; zero is at once.
    pub after: Duration,
    /// Whether it is switched on.
    pub active: bool,
}

/// Where a forwarding leads.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Target {
    /// Outside, or one of the account's own numbers.
    Number(E164),
    /// An object of the account; [`crate::Snapshot::endpoint`] says what it is.
    Inside(EndpointId),
    /// Something this version cannot read.
    Other(Box<str>),
}

/// What becomes of callers who hide their number.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum AnonymousCallers {
    /// They ring like all others.
    #[default]
    Ring,
    /// They are turned away.
    Reject,
    /// They may leave a message.
    Voicemail,
    /// A word this version has not heard of.
    Other(Box<str>),
}

/// A voicemail box that answers for a line or a group.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Answering {
    /// Which.
    pub box_id: VoicemailId,
    /// After ringing this long; absent when the account does not say.
    pub after: Option<Duration>,
    /// Whether it answers.
    pub active: bool,
}

/// What the account says of a group.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct GroupRules {
    /// Who belongs to it, also those without a phone in it.
    pub members: Vec<UserId>,
    /// Its boxes.
    pub answering: Vec<Answering>,
}

/// A voicemail box.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Voicemail {
    /// `v0`
    pub id: VoicemailId,
    /// Its name.
    pub alias: Box<str>,
    /// The line, group or user it belongs to.
    pub of: Option<EndpointId>,
}

/// A fax line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Faxline {
    /// `f0`
    pub id: FaxlineId,
    /// Its name.
    pub alias: Box<str>,
    /// The user or group it belongs to.
    pub of: Option<EndpointId>,
    /// What stands on top of the pages it sends.
    pub tagline: Box<str>,
    /// Whether it may send.
    pub sends: bool,
    /// Whether it may receive.
    pub receives: bool,
}

/// What a user may not call. Emergency numbers are never among it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Restrictions {
    /// Abroad, and special numbers of the country.
    pub foreign_and_special: bool,
    /// Whatever costs money: only the house and what the flat rate covers is left.
    pub charged: bool,
    /// Expensive countries.
    pub expensive_countries: bool,
    /// A SIM card abroad.
    pub roaming: bool,
    /// Names of further restrictions that are switched on.
    pub others: BTreeSet<Box<str>>,
}

/// The account's list of callers who are turned away.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Blocklist {
    /// Whole numbers, digits only.
    pub numbers: BTreeSet<Box<str>>,
    /// How unwanted numbers begin, digits only.
    pub prefixes: BTreeSet<Box<str>>,
}

impl Blocklist {
    /// Whether a caller is turned away. The time it takes does not grow with the list.
    #[must_use]
    pub fn blocks(&self, caller: &E164) -> bool {
        let digits = caller.as_str().trim_start_matches('+');
        let begins = |end| digits.get(..end).is_some_and(|prefix| self.prefixes.contains(prefix));
        self.numbers.contains(digits) || (1..=digits.len()).any(begins)
    }
}

/// What a device shows to those it calls, and how it reads numbers without an area code.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Sender {
    /// What is shown.
    pub shows: Option<Shown>,
    /// Put before numbers dialled without an area code.
    pub local_prefix: Option<LocalPrefix>,
}

/// What those who are called see.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Shown {
    /// This number.
    Number(E164),
    /// No number.
    Nothing,
    /// Something this version cannot read.
    Other(Box<str>),
}

/// The area code a device dials by itself.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LocalPrefix {
    /// As the account has it, `0221` or `+49221`.
    pub digits: Box<str>,
    /// Whether it is used.
    pub active: bool,
}

#[cfg(test)]
mod tests {
    use super::Blocklist;

    #[test]
    fn a_caller_is_turned_away_by_whole_number_or_by_its_beginning() {
        let list = Blocklist {
            numbers: ["49305550966".into()].into(),
            prefixes: ["4930555098".into(), "1900".into()].into(),
        };
        for (caller, blocked) in [
            ("+49305550966", true),
            ("+493055509660", false),
            ("+4930555098", true),
            ("+49305550981", true),
            ("+4930555097", false),
            ("+19005550100", true),
            ("+491900555", false),
        ] {
            assert_eq!(list.blocks(&caller.parse().unwrap()), blocked, "{caller}");
        }
        assert!(!Blocklist::default().blocks(&"+49305550966".parse().unwrap()));
    }
}
