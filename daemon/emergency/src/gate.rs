//! The one place where a call is let through. Emergency is decided first, from what was dialled; no policy is looked
//! at before, and a call for help costs one look-up.

use std::{collections::HashMap, net::IpAddr, sync::Arc};

use account::{DeviceId, E164, Extension, LineId};

use crate::{
    dialled::{Class, Emergency, Numbers},
    lines::{Line, Rung, ladder},
    pidf::{Document, Named},
    place::Places,
    resolve::{Resolution, Rule},
    standing::{Networks, Whereabouts},
    table::Table,
};

/// A rule of the house that stands against an ordinary call at this moment.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Bar {
    /// May not dial this.
    Permission,
    /// Too many or too dear calls in a short time.
    Fraud,
    /// Nothing left to spend, or the account is locked for arrears.
    Credit,
    /// The user is switched off.
    UserDisabled,
    /// Do not disturb.
    Dnd,
    /// Night service.
    Night,
    /// All calls are forwarded.
    Forwarding,
    /// The caller or the number is on a list.
    Blacklist,
    /// Nobody is logged in at this desk.
    LoggedOut,
    /// Too few licences.
    Licence,
    /// All channels are taken.
    Channels,
    /// The phone has as many calls as it may.
    DeviceCalls,
    /// The box is being serviced.
    Maintenance,
    /// The phone's registration has expired or failed.
    Unregistered,
}

/// All of them.
pub const BARS: [Bar; 14] = [
    Bar::Permission,
    Bar::Fraud,
    Bar::Credit,
    Bar::UserDisabled,
    Bar::Dnd,
    Bar::Night,
    Bar::Forwarding,
    Bar::Blacklist,
    Bar::LoggedOut,
    Bar::Licence,
    Bar::Channels,
    Bar::DeviceCalls,
    Bar::Maintenance,
    Bar::Unregistered,
];

impl Bar {
    /// Whether it stands against the doctor on call too: permissions, credit and limits do not.
    const fn bars_privileged(self) -> bool {
        !matches!(
            self,
            Self::Permission
                | Self::Fraud
                | Self::Credit
                | Self::Licence
                | Self::Channels
                | Self::DeviceCalls
        )
    }
}

/// Who calls, as far as that is proven.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Caller {
    /// A phone that has proven itself.
    Proven(DeviceId),
    /// A phone in the house's network that was seen before, by its hardware address or last contact.
    KnownInHouse(DeviceId),
    /// An unknown phone in the house's network.
    StrangerInHouse,
    /// Somebody outside without proof.
    Outside,
}

/// Who started the call.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Started {
    /// A person, by a key of the phone.
    ByHand,
    /// A schedule, sensor, script, callback or button on the page: never for help (NotrufV § 4 (6)).
    ByMachine,
}

/// A call that asks to pass.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Call<'a> {
    /// The Request-URI or the digits.
    pub target: &'a str,
    /// Who calls.
    pub caller: Caller,
    /// Who started it.
    pub started: Started,
}

/// Whether unknown phones in the house may call for help.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Strangers {
    /// They may, over the site's default line.
    #[default]
    Welcome,
    /// They must prove themselves.
    ProveFirst,
}

/// Whether calls for help may leave for real.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Commissioned {
    /// Somebody has tested this box with its lines and said so.
    Yes,
    /// Only as far as this box itself and networks that stand in books (RFC 5737, RFC 2544, RFC 3849): nobody is alarmed by
    /// an unfinished installation.
    #[default]
    No,
}

impl Commissioned {
    /// Whether a call for help may be sent to a provider at this address.
    #[must_use]
    pub fn allows(self, peer: IpAddr) -> bool {
        let unreal = match peer.to_canonical() {
            IpAddr::V4(v4) => {
                let [a, b, _, _] = v4.octets();
                v4.is_loopback() || v4.is_documentation() || (a == 198 && b & 0xfe == 18)
            }
            IpAddr::V6(v6) => {
                let [a, b, ..] = v6.segments();
                v6.is_loopback() || (a == 0x2001 && b == 0x0db8)
            }
        };
        self == Self::Yes || unreal
    }
}

/// What the house has decided about calls for help.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Rules {
    /// What calls for help.
    pub numbers: Numbers,
    /// Whether unknown phones may.
    pub strangers: Strangers,
    /// Where the house is in the network.
    pub networks: Networks,
    /// Whether such calls may leave for real.
    pub commissioned: Commissioned,
    /// Who in the house is told of such a call.
    pub alarm: Vec<Extension>,
    /// Whose phones ring because of such a call.
    pub alarm_calls: Vec<Extension>,
    /// What providers understand.
    pub understood: Understood,
}

/// What may stand in an INVITE for help besides what every provider takes, each at these providers, by their domains.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Understood {
    /// The caller's place as a document (RFC 6442).
    pub place: Vec<Box<str>>,
    /// `Resource-Priority` (RFC 7135).
    pub priority: Vec<Box<str>>,
}

impl Understood {
    /// Whether the place may be sent to this provider.
    #[must_use]
    pub fn takes_place(&self, domain: &str) -> bool {
        self.place.iter().any(|one| one.eq_ignore_ascii_case(domain))
    }

    /// Whether this provider takes `Resource-Priority`.
    #[must_use]
    pub fn takes_priority(&self, domain: &str) -> bool {
        self.priority.iter().any(|one| one.eq_ignore_ascii_case(domain))
    }
}

/// All that an emergency call from one phone needs, worked out beforehand.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Passage {
    /// Where the phone stands and why.
    pub place: Resolution,
    /// The place in words, from the outside inwards.
    pub spoken: Box<str>,
    /// The place as a document, where its address is complete and it is not merely assumed.
    pub document: Option<Arc<Document>>,
    /// The lines to try; empty abroad, where the caller is told to use the local phone.
    pub ladder: Arc<[Rung]>,
}

/// What happens to a call.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Verdict<'r> {
    /// A call for help: it goes now, over this passage.
    Help(Emergency, &'r Passage),
    /// A rehearsal over this passage, answered by the box.
    Rehearsal(&'r Passage),
    /// An ordinary call to this number of the house's own, over this passage.
    DryRun(&'r E164, &'r Passage),
    /// Go on as usual.
    Pass,
    /// Ask for proof, as of everybody outside.
    ProveFirst,
    /// A machine may not call for help.
    NotByMachine,
    /// This rule stands against it.
    Refused(Bar),
}

/// Everything the gate needs, replaced whole on every change.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ready {
    rules: Rules,
    by_device: HashMap<DeviceId, Passage>,
    stranger: Passage,
}

impl Default for Ready {
    /// Before anything is known: calls for help are recognised, and have no line yet.
    fn default() -> Self {
        let stranger = Passage {
            place: Resolution::unknown(),
            spoken: Box::default(),
            document: None,
            ladder: Arc::default(),
        };
        Self { rules: Rules::default(), by_device: HashMap::new(), stranger }
    }
}

/// Decides whether a call passes. `bars` are the rules that stand against an ordinary call of this caller now.
#[must_use]
pub fn gate<'r>(call: &Call<'_>, bars: &[Bar], ready: &'r Ready) -> Verdict<'r> {
    let class = ready.rules.numbers.class(call.target);
    if let Class::Emergency(emergency) = class {
        return ready.help(call, emergency);
    }
    if matches!(call.caller, Caller::Outside | Caller::StrangerInHouse | Caller::KnownInHouse(_)) {
        return Verdict::ProveFirst;
    }
    match class {
        Class::Test => Verdict::Rehearsal(ready.passage(&call.caller)),
        Class::DryRun => match (bars.first(), ready.rules.numbers.dry_run_to()) {
            (None, Some(to)) => Verdict::DryRun(to, ready.passage(&call.caller)),
            (bar, _) => first(bar),
        },
        Class::Privileged => first(bars.iter().find(|bar| bar.bars_privileged())),
        Class::Ordinary | Class::Resembling | Class::Emergency(_) => first(bars.first()),
    }
}

fn first<'r>(bar: Option<&Bar>) -> Verdict<'r> {
    bar.map_or(Verdict::Pass, |bar| Verdict::Refused(*bar))
}

impl Ready {
    /// Works out the passage of every phone; `own` names a phone's own line.
    #[must_use]
    pub fn compute<'l>(
        rules: Rules,
        table: &Table,
        places: &Places,
        lines: &'l [Line],
        own: impl Fn(&DeviceId) -> Option<&'l LineId>,
    ) -> Self {
        let passage = |place: &Resolution, device: Option<&DeviceId>| {
            let site = place.location.and_then(|place| places.site(place));
            let lines = if place.whereabouts == Whereabouts::Abroad { &[] } else { lines };
            let spoken = place.location.map(|place| places.spoken(place)).unwrap_or_default().into();
            let document = device.and_then(|device| document(place, places, device));
            let ladder = ladder(place, site, device.and_then(&own), lines);
            Passage { place: place.clone(), spoken, document, ladder }
        };
        let by_device =
            table.all().map(|(device, place)| (device.clone(), passage(place, Some(device)))).collect();
        let stranger = passage(table.stranger(), None);
        Self { rules, by_device, stranger }
    }

    /// Every known phone with its passage.
    pub fn all(&self) -> impl Iterator<Item = (&DeviceId, &Passage)> {
        self.by_device.iter()
    }

    /// What the house has decided.
    #[must_use]
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The passage of a phone; the site's default for one that is not known.
    #[must_use]
    pub fn passage(&self, caller: &Caller) -> &Passage {
        match caller {
            Caller::Proven(device) | Caller::KnownInHouse(device) => {
                self.by_device.get(device).unwrap_or(&self.stranger)
            }
            Caller::StrangerInHouse | Caller::Outside => &self.stranger,
        }
    }

    fn help(&self, call: &Call<'_>, emergency: Emergency) -> Verdict<'_> {
        if call.started == Started::ByMachine {
            return Verdict::NotByMachine;
        }
        let unproven = match call.caller {
            Caller::Proven(_) | Caller::KnownInHouse(_) => false,
            Caller::StrangerInHouse => self.rules.strangers == Strangers::ProveFirst,
            Caller::Outside => true,
        };
        if unproven { Verdict::ProveFirst } else { Verdict::Help(emergency, self.passage(&call.caller)) }
    }
}

/// The place of a phone as a document.
fn document(place: &Resolution, places: &Places, device: &DeviceId) -> Option<Arc<Document>> {
    let rule = place.rule.filter(|rule| *rule != Rule::Default)?;
    let (civic, coordinates) = (places.civic(place.location?), places.coordinates(place.location?));
    Document::prepare(&civic, coordinates, Named::Device(device), rule).ok().map(Arc::new)
}

#[cfg(test)]
mod tests;
