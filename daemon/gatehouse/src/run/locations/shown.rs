//! Where every phone stands, as page and command line read it.

use std::time::{Instant, SystemTime};

use account::{DeviceId, Snapshot};
use emergency::gate::Ready;
use emergency::resolve::RULES;
use emergency::{
    AddressFit, Caller, CloudState, Confidence, Conflict, Facts, Key, Line, LocationId, Passage, Places,
    Resolution, Rule, Said, Seen, Table, area,
};
use serde_json::{Value, json};

use super::form::{Kept, PlaceForm};
use super::looking::Network;

/// All that an answer is made of.
pub(super) struct Shown<'a> {
    pub house: &'a Snapshot,
    pub facts: &'a Facts,
    pub places: &'a Places,
    pub table: &'a Table,
    pub ready: &'a Ready,
    pub network: &'a Network,
    /// What servers outside Germany say, where one is asked.
    pub elsewhere: Option<Value>,
    pub revision: u64,
    pub commissioned: bool,
}

impl Shown<'_> {
    /// Everything.
    pub(super) fn all(&self) -> Value {
        let kept = Kept::of(self.facts, self.revision, Vec::new());
        let mut devices: Vec<&DeviceId> = self.table.all().map(|(device, _)| device).collect();
        devices.sort();
        let mut unlocated: Vec<&DeviceId> = self.table.unlocated().collect();
        unlocated.sort();
        let moved: Vec<Value> = self
            .facts
            .moved(self.table, self.places)
            .iter()
            .map(|moved| {
                json!({"device": moved.device, "alias": self.alias(&moved.device),
                   "from": self.named(moved.from), "to": self.named(moved.to), "place": moved.to.0})
            })
            .collect();
        let phones: Vec<Value> = devices.into_iter().map(|device| self.phone(device)).collect();
        let places: Vec<Value> =
            self.facts.places.iter().map(|place| self.place(place.id, &PlaceForm::of(place))).collect();
        // Moved in, not copied: of a large house this is the larger part.
        Value::from_iter([
            ("schema", "locations/1".into()),
            ("revision", self.revision.into()),
            ("commissioned", self.commissioned.into()),
            ("places", places.into()),
            ("bindings", json!(kept.bindings)),
            ("default", json!(kept.default)),
            ("phones", Value::Array(phones)),
            ("unlocated", json!(unlocated)),
            ("moved", moved.into()),
            ("sources", self.sources().into()),
            ("foreign_numbers", self.foreign_numbers().into()),
            ("elsewhere", self.elsewhere.clone().into()),
        ])
    }

    /// Lines whose number is of another area than the town of their address: the control centre would believe the number.
    fn foreign_numbers(&self) -> Vec<Value> {
        let foreign = |line: &Line| {
            let address = &line.address.as_ref()?.id;
            let entered = self.places.at_address(address).and_then(|place| self.places.civic(place).town);
            let written = self.house.addresses.get(address).and_then(|address| area::town(&address.line));
            let (town, number) = (entered.as_deref().or(written)?, line.number.as_ref()?);
            (area::fits(number, town) == Some(false))
                .then(|| json!({ "line": line.name.as_str(), "number": number, "town": town }))
        };
        super::lines::of(self.house, self.places).iter().filter_map(foreign).collect()
    }

    /// What would happen if this phone called now, and why.
    pub(super) fn if_called(&self, device: &DeviceId) -> Option<Value> {
        self.table.all().find(|(known, _)| *known == device)?;
        let passage = self.passage(device);
        let said: Vec<Value> = RULES
            .iter()
            .zip(passage.place.said)
            .map(|(rule, said)| {
                let (word, place) = spoken(said);
                json!({"rule": rule_word(*rule), "said": word, "place": place.map(|place| self.named(place))})
            })
            .collect();
        let ladder: Vec<Value> = passage
            .ladder
            .iter()
            .map(|rung| {
                json!({"step": format!("{:?}", rung.step), "line": rung.line.as_str(),
                   "number": rung.number, "way": rung.way, "address": fit_word(rung.address)})
            })
            .collect();
        let mut phone = self.phone(device);
        if let Some(fields) = phone.as_object_mut() {
            fields.insert("schema".into(), "location-of-phone/1".into());
            fields.insert("said".into(), said.into());
            fields.insert("ladder".into(), ladder.into());
        }
        Some(phone)
    }

    fn passage(&self, device: &DeviceId) -> &Passage {
        self.ready.passage(&Caller::Proven(device.clone()))
    }

    fn phone(&self, device: &DeviceId) -> Value {
        let passage = self.passage(device);
        let place = &passage.place;
        let first = passage.ladder.first();
        let line = first.map(|rung| rung.line.as_str());
        let number = first.and_then(|rung| rung.number.as_ref());
        Value::from_iter([
            ("device", device.as_str().into()),
            ("alias", self.alias(device).into()),
            ("owner", self.owner(device).into()),
            ("place", place.location.map(|place| place.0).into()),
            ("place_name", place.location.map(|place| self.named(place)).into()),
            ("address", self.address(place).into()),
            ("rule", place.rule.map(rule_word).into()),
            ("confidence", confidence_word(place.confidence).into()),
            ("conflict", place.conflict.map(|one| self.conflict(one)).into()),
            ("line", line.into()),
            ("number", json!(number)),
            ("line_says", first.map(|rung| fit_word(rung.address)).into()),
            ("seen", self.seen(device).into()),
        ])
    }

    /// The signs that the network shows of a phone now, bound or not.
    fn seen(&self, device: &DeviceId) -> Vec<Value> {
        let now = Instant::now();
        let from = self.network.reach(device).map(|(from, _)| {
            let net = ipnet::IpNet::from(from);
            json!({ "kind": "subnet", "key": net.to_string() })
        });
        let fresh = self.network.marks(device, now).into_iter().filter(|one| one.until > now);
        let marks = fresh.filter_map(|one| match one.what {
            Seen::Mark(mark) => Some(mark),
            Seen::Address(_) => None,
        });
        let bases = if self.network.shares(device) { self.network.bases(device, now) } else { Vec::new() };
        let written = |mark| {
            let (kind, key) = Key::Mark(mark).written();
            json!({ "kind": kind, "key": key })
        };
        marks.chain(bases).map(written).chain(from).collect()
    }

    /// Whoever is asked where phones hang, and whether they answer.
    fn sources(&self) -> Vec<Value> {
        let seconds =
            |at: SystemTime| at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        let sources = self.network.sightings.sources.iter();
        sources
            .map(|source| {
                json!({ "name": source.name, "facts": source.facts, "answered": source.answered.map(seconds),
                    "failed": source.failed.map(|why| why.to_string()) })
            })
            .collect()
    }

    fn place(&self, id: LocationId, form: &PlaceForm) -> Value {
        let mut value = serde_json::to_value(form).unwrap_or_default();
        if let Some(fields) = value.as_object_mut() {
            let cloud = self.places.cloud_address(id);
            fields.insert("state".into(), cloud.map(|cloud| state_word(cloud.state)).into());
            fields.insert("path".into(), self.named(id).into());
        }
        value
    }

    fn alias(&self, device: &DeviceId) -> String {
        self.house.devices.get(device).map(|device| device.alias.clone()).unwrap_or_default()
    }

    fn owner(&self, device: &DeviceId) -> Option<String> {
        let device = self.house.devices.get(device)?;
        self.house.owner(device).map(|user| user.name.clone())
    }

    /// The address that a line must carry to say the same.
    fn address(&self, place: &Resolution) -> Option<String> {
        let id = place.address.as_ref()?;
        let line = self.house.addresses.get(id).map(|address| address.line.clone());
        Some(line.unwrap_or_else(|| id.as_str().to_owned()))
    }

    /// The place with those around it, outermost first.
    pub(super) fn named(&self, place: LocationId) -> String {
        self.places.spoken(place)
    }

    fn conflict(&self, conflict: Conflict) -> String {
        let (one, other) = match conflict {
            Conflict::PinnedElsewhere { pinned, seen } => (pinned, seen),
            Conflict::SeenInTwoSites { taken, other } => (taken, other),
        };
        format!("{} | {}", self.named(one), self.named(other))
    }
}

pub(crate) fn rule_word(rule: Rule) -> &'static str {
    match rule {
        Rule::Pinned => "pinned",
        Rule::Port => "port",
        Rule::Radio => "radio",
        Rule::Stated => "stated",
        Rule::Network => "network",
        Rule::User => "user",
        Rule::Account => "account",
        Rule::Default => "default",
    }
}

fn spoken(said: Said) -> (&'static str, Option<LocationId>) {
    match said {
        Said::Nothing => ("nothing", None),
        Said::Expired => ("expired", None),
        Said::Unbound => ("unbound", None),
        Said::DoesNotCount => ("does_not_count", None),
        Said::Outranked(place) => ("outranked", Some(place)),
        Said::Overruled(place) => ("overruled", Some(place)),
        Said::Decided => ("decided", None),
    }
}

fn confidence_word(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Exact => "exact",
        Confidence::Site => "site",
        Confidence::Default => "default",
        Confidence::None => "none",
    }
}

fn state_word(state: CloudState) -> &'static str {
    match state {
        CloudState::Unknown => "unknown",
        CloudState::Pending => "pending",
        CloudState::Verified => "verified",
        CloudState::Rejected => "rejected",
        CloudState::Removed => "removed",
    }
}

fn fit_word(fit: AddressFit) -> &'static str {
    match fit {
        AddressFit::Right => "right",
        AddressFit::MayBeWrong => "may_be_wrong",
    }
}
