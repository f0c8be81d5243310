//! From documents to the typed account.

use std::collections::{BTreeSet, HashMap};
use std::time::SystemTime;

use account::{
    Address, AddressId, Balance, EndpointId, Extension, Group, Identity, Number, NumberId, NumberKind,
    Phoneline, Snapshot, User, UserId,
};

use crate::{Document, Documents, Kind, Notice, Problem};
use device::device;
use fields::Fields;

mod channel;
mod device;
mod fields;
mod rules;

type Notices = BTreeSet<Notice>;

/// Types the whole account. An object that cannot be typed is left out with a notice, a field that cannot be read is absent.
///
/// [`Snapshot::taken`] is when the last of users, devices and numbers was confirmed: the age of the stalest of the three.
#[must_use]
pub fn assemble(documents: &Documents) -> (Snapshot, Vec<Notice>) {
    let mut notices = Notices::new();
    let mut house = Snapshot::default();
    house.taken = taken(documents);
    house.identity = identity(documents, &mut notices);
    house.rules = rules::rules(documents, &mut notices);
    let routed = Routings::of(documents);
    house.numbers = documents.of(Kind::Number).map(|d| number(d, &routed, &mut notices)).collect();
    let short = ShortNumbers::of(&house.numbers);
    let users = documents.of(Kind::User).filter_map(|d| user(d, &short, &mut notices));
    house.users = users.map(|user| (user.id.clone(), user)).collect();
    let devices = documents.of(Kind::Device).filter_map(|d| device(d, &house.identity, &mut notices));
    house.devices = devices.map(|device| (device.id.clone(), device)).collect();
    let lines = documents.of(Kind::Phoneline).filter_map(|d| phoneline(d, &mut notices));
    house.phonelines = lines.map(|line| (line.id.clone(), line)).collect();
    let groups = documents.of(Kind::Group).filter_map(|d| group(d, &mut notices));
    house.groups = groups.map(|group| (group.id.clone(), group)).collect();
    let addresses = documents.of(Kind::Address).map(|d| address(d, &mut notices));
    house.addresses = addresses.map(|address| (address.id.clone(), address)).collect();
    house.balance = documents.of(Kind::Balance).next().and_then(|d| balance(d, &mut notices));
    if own_user(documents, &house).is_some_and(|own| !own.admin) {
        notices.insert(Notice::new(Kind::Identity, "sub", Problem::NotAdmin));
    }
    (house.indexed(), notices.into_iter().collect())
}

fn taken(documents: &Documents) -> Option<SystemTime> {
    let newest = |kind| documents.of(kind).map(|document| document.seen).max();
    [Kind::User, Kind::Device, Kind::Number].into_iter().filter_map(newest).min()
}

fn identity(documents: &Documents, notices: &mut Notices) -> Identity {
    let mut identity = Identity::default();
    if let Some(document) = documents.of(Kind::Identity).next() {
        let body = document.body.read();
        let mut fields = Fields::of(document.key.kind, &body, notices);
        identity.master_sip_id = fields.text(&["masterSipId"]);
        identity.domain = fields.text(&["domain"]);
    }
    if let Some(document) = documents.of(Kind::Account).next() {
        let body = document.body.read();
        let mut fields = Fields::of(document.key.kind, &body, notices);
        identity.company = fields.text_if_any(&["company"]).unwrap_or_default();
        identity.product = fields.text(&["mainProductType"]);
    }
    identity
}

/// The user whose token this is.
fn own_user<'a>(documents: &Documents, house: &'a Snapshot) -> Option<&'a User> {
    let sub: UserId = documents.of(Kind::Identity).next()?.body.read().get("sub")?.as_str()?.parse().ok()?;
    house.users.get(&sub)
}

/// The id from the envelope, as its own type.
fn id<T: std::str::FromStr>(document: &Document, fields: &mut Fields<'_>) -> Option<T> {
    let id = document.key.id.parse().ok();
    if id.is_none() {
        fields.notice("id", Problem::Unreadable);
    }
    id
}

fn user(document: &Document, short: &ShortNumbers, notices: &mut Notices) -> Option<User> {
    let body = document.body.read();
    let mut fields = Fields::of(document.key.kind, &body, notices);
    let names = [&["firstname"], &["lastname"]].map(|name| fields.text_if_any(name));
    if names == [None, None] {
        fields.notice("lastname", Problem::Missing);
    }
    Some(User {
        id: id(document, &mut fields)?,
        name: names.into_iter().flatten().collect::<Vec<_>>().join(" "),
        extensions: short.read("directDialIds", &mut fields),
        default_device: fields.parsed(&["defaultDevice"]),
        busy_on_busy: fields.flag("busyOnBusy"),
        admin: fields.flag("admin"),
        address: address_id(&mut fields, "addressId"),
    })
}

fn phoneline(document: &Document, notices: &mut Notices) -> Option<Phoneline> {
    let body = document.body.read();
    let mut fields = Fields::of(document.key.kind, &body, notices);
    let owner = document.owner.as_ref().and_then(|owner| owner.parse().ok());
    if owner.is_none() {
        fields.notice("owner", Problem::Missing);
    }
    Some(Phoneline { id: id(document, &mut fields)?, alias: fields.text(&["alias"]), owner: owner? })
}

fn group(document: &Document, notices: &mut Notices) -> Option<Group> {
    let body = document.body.read();
    let mut fields = Fields::of(document.key.kind, &body, notices);
    Some(Group { id: id(document, &mut fields)?, alias: fields.text(&["alias"]) })
}

/// Where numbers lead in the words of the newer interface. The documented one leaves out those that lead to a channel.
struct Routings(HashMap<String, EndpointId>);

impl Routings {
    fn of(documents: &Documents) -> Self {
        let target = |d: &Document| d.body.read().pointer("/routing/targetId")?.as_str()?.parse().ok();
        let routed = documents.of(Kind::Routing).filter_map(|d| Some((d.key.id.clone(), target(d)?)));
        Self(routed.collect())
    }
}

fn number(document: &Document, routings: &Routings, notices: &mut Notices) -> Number {
    let body = document.body.read();
    let mut fields = Fields::of(document.key.kind, &body, notices);
    let digits = fields.text(&["number", "e164Number"]);
    let kind = number_kind(&mut fields);
    let direct = fields.text_if_any(&["endpointId"]);
    let routed = direct.or_else(|| fields.inside("routing")?.text_if_any(&["targetId"]));
    let endpoint = routed.and_then(|target| target.parse().ok());
    let endpoint = endpoint.or_else(|| routings.0.get(&digits).cloned());
    Number { id: NumberId::new(&document.key.id), digits, kind, endpoint }
}

/// One word in the documented interface, a list of words in the shape that shares its name, more words in the newer one.
fn number_kind(fields: &mut Fields<'_>) -> NumberKind {
    let word = if fields.is_list("type") {
        fields.texts("type").into_iter().next()
    } else {
        fields.text_if_any(&["type"])
    };
    let Some(word) = word else {
        fields.notice("type", Problem::Missing);
        return NumberKind::Other;
    };
    match word.as_str() {
        "QUICKDIAL" => NumberKind::Extension,
        "INTERNATIONAL" => NumberKind::International,
        block if block.ends_with("_BLOCK") || block.ends_with("_PROLONGATION") => NumberKind::Other,
        land if land.ends_with("LANDLINE") => NumberKind::Landline,
        mobile if mobile.ends_with("MOBILE") => NumberKind::Mobile,
        _ => {
            fields.notice("type", Problem::UnknownValue);
            NumberKind::Other
        }
    }
}

/// Postal or vCard: the description of the interface has them mixed up.
fn address(document: &Document, notices: &mut Notices) -> Address {
    let body = document.body.read();
    let mut fields = Fields::of(document.key.kind, &body, notices);
    let mut part = |names: &[&str]| fields.text_if_any(names).unwrap_or_default();
    let street = [part(&["street", "streetAddress"]), part(&["number"])].join(" ");
    let city = [part(&["postcode", "postalCode"]), part(&["city", "locality"])].join(" ");
    let more = [part(&["address1", "extendedAddress"]), part(&["address2", "poBox"])];
    let country = part(&["countrycode", "country"]);
    let emergency_state = part(&["emergencyState"]);
    let parts = [street, city].into_iter().chain(more).chain([country]);
    let parts: Vec<String> = parts.map(|p| p.trim().to_owned()).filter(|p| !p.is_empty()).collect();
    if parts.is_empty() {
        fields.notice("street", Problem::Missing);
    }
    Address { id: AddressId::new(&document.key.id), line: parts.join(", "), emergency_state }
}

fn address_id(fields: &mut Fields<'_>, name: &str) -> Option<AddressId> {
    fields.text_if_any(&[name]).map(|id| AddressId::new(&id))
}

fn balance(document: &Document, notices: &mut Notices) -> Option<Balance> {
    let body = document.body.read();
    let mut fields = Fields::of(document.key.kind, &body, notices);
    let currency = fields.text(&["currency"]);
    Some(Balance { ten_thousandths: fields.whole("amount")?, currency })
}

/// Extensions by the id of their number object and by their digits: users list either.
struct ShortNumbers(HashMap<String, Extension>);

impl ShortNumbers {
    fn of(numbers: &[Number]) -> Self {
        let short = numbers.iter().filter(|number| number.kind == NumberKind::Extension);
        let short =
            short.filter_map(|n| Some((n.id.as_str().to_owned(), n.digits.parse::<Extension>().ok()?)));
        let by_id: HashMap<String, Extension> = short.collect();
        let by_digits = by_id.values().map(|e| (e.to_string(), e.clone())).collect::<Vec<_>>();
        Self(by_id.into_iter().chain(by_digits).collect())
    }

    fn read(&self, name: &str, fields: &mut Fields<'_>) -> Vec<Extension> {
        let texts = fields.texts(name);
        let found = texts.iter().filter_map(|text| self.0.get(text).cloned().or_else(|| text.parse().ok()));
        let found: Vec<Extension> = found.collect();
        if found.len() < texts.len() {
            fields.notice(name, Problem::Unreadable);
        }
        found
    }
}

#[cfg(test)]
mod tests;
