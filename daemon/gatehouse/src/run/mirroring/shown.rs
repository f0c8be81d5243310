//! The account as the page shows it, read from what the cloud said.

mod bodies;

use std::collections::BTreeMap;

use account::{DeviceKind, NumberKind, Snapshot};
use mirror::{Documents, Freshness, Kind, State};
use serde_json::Value;
use web::view::account as shown;

pub(super) use bodies::text;
use bodies::{Bodies, first, flag, list};

/// Puts together what belongs together.
pub(super) fn account(house: &Snapshot, documents: &Documents) -> shown::Account {
    let bodies = Bodies::of(documents);
    let mut zones = bodies.all(Kind::User).map(|(_, user)| text(&user, "timezone"));
    shown::Account {
        company: house.identity.company.clone(),
        product: house.identity.product.clone(),
        number: house.identity.master_sip_id.clone(),
        zone: zones.find(|zone| !zone.is_empty()).unwrap_or_default(),
        balance: house.balance.as_ref().map(|balance| shown::Balance {
            ten_thousandths: balance.ten_thousandths,
            currency: balance.currency.clone(),
        }),
        users: house.users.values().map(|known| user(house, &bodies, known)).collect(),
        devices: house.devices.values().map(|known| device(&bodies, known)).collect(),
        groups: house.groups.values().map(|known| group(house, &bodies, known)).collect(),
        channels: bodies.all(Kind::Channel).map(|(id, body)| channel(&bodies, id, &body)).collect(),
        numbers: house.numbers.iter().map(|known| number(house, &bodies, known)).collect(),
        locations: house.addresses.values().map(location).collect(),
        faxlines: faxlines(&bodies),
        contacts: bodies.all(Kind::Contact).map(|(id, body)| contact(id, &body)).collect(),
        portings: bodies.all(Kind::Porting).map(|(id, body)| porting(id, &body)).collect(),
        blocked: bodies.all(Kind::Blocked).map(|(id, _)| id.to_owned()).collect(),
        links: links(&bodies),
    }
}

fn user(house: &Snapshot, bodies: &Bodies<'_>, known: &account::User) -> shown::User {
    let id = known.id.to_string();
    let lines: Vec<shown::Phoneline> = house.lines_of(&known.id).map(|known| line(bodies, known)).collect();
    let ends = || lines.iter().map(|line| line.id.as_str()).chain([id.as_str()]);
    let restrictions = bodies.find(Kind::CallRestriction, &id);
    let restrictions = restrictions.as_ref().and_then(Value::as_object);
    let restricted = |(name, on): (&String, &Value)| (on == &Value::Bool(true)).then(|| name.clone());
    shown::User {
        name: known.name.clone(),
        email: bodies.find(Kind::User, &id).map(|body| text(&body, "email")).unwrap_or_default(),
        admin: known.admin,
        busy_on_busy: known.busy_on_busy,
        extensions: known.extensions.iter().map(ToString::to_string).collect(),
        numbers: ends().flat_map(|end| bodies.outside(end)).collect(),
        devices: house.devices_of(&known.id).map(|device| device.id.to_string()).collect(),
        default_device: known.default_device.as_ref().map(ToString::to_string),
        location: known.address.as_ref().map(|id| id.as_str().to_owned()),
        restrictions: restrictions.into_iter().flatten().filter_map(restricted).take(20).collect(),
        lines,
        id,
    }
}

fn line(bodies: &Bodies<'_>, known: &account::Phoneline) -> shown::Phoneline {
    let id = known.id.to_string();
    let forwardings = bodies.find(Kind::Forwarding, &id).unwrap_or_default();
    let forwardings =
        list(&forwardings, "items").iter().filter(|it| flag(it, "active")).map(|it| shown::Forwarding {
            to: text(it, "destination"),
            alias: text(it, "alias"),
            after: it.get("timeout").and_then(Value::as_u64).unwrap_or_default(),
        });
    let anonymous = bodies.find(Kind::BlockAnonymous, &id).filter(|body| flag(body, "enabled"));
    shown::Phoneline {
        alias: known.alias.clone(),
        forwardings: forwardings.collect(),
        anonymous: anonymous.map(|body| text(&body, "target")),
        id,
    }
}

fn device(bodies: &Bodies<'_>, known: &account::Device) -> shown::Device {
    let id = known.id.to_string();
    shown::Device {
        alias: known.alias.clone(),
        kind: match known.kind {
            DeviceKind::Register => shown::DeviceKind::Phone,
            DeviceKind::Mobile => shown::DeviceKind::Mobile,
            DeviceKind::External => shown::DeviceKind::External,
            DeviceKind::App => shown::DeviceKind::App,
            DeviceKind::Other => shown::DeviceKind::Other,
        },
        owner: known.owner.as_ref().map(ToString::to_string),
        login: known.credentials.as_ref().map(|credentials| credentials.user.to_string()),
        dnd: known.dnd,
        groups: known.groups.iter().map(ToString::to_string).collect(),
        location: known.emergency_address.as_ref().map(|id| id.as_str().to_owned()),
        shows: bodies.find(Kind::CallerId, &id).map(|body| text(&body, "value")).unwrap_or_default(),
        id,
    }
}

fn group(house: &Snapshot, bodies: &Bodies<'_>, known: &account::Group) -> shown::Group {
    let id = known.id.to_string();
    let members = bodies.find(Kind::GroupMember, &id).unwrap_or_default();
    let devices = house.devices.values().filter(|device| device.groups.contains(&known.id));
    shown::Group {
        alias: known.alias.clone(),
        extensions: bodies.inside(&id).collect(),
        numbers: bodies.outside(&id).collect(),
        users: list(&members, "items").iter().map(|member| text(member, "id")).collect(),
        devices: devices.map(|device| device.id.to_string()).collect(),
        id,
    }
}

fn channel(bodies: &Bodies<'_>, id: &str, body: &Value) -> shown::Channel {
    let users =
        ["users", "agents", "members"].iter().map(|name| list(body, name)).find(|users| !users.is_empty());
    let user = |user: &Value| user.as_str().map_or_else(|| first(user, &["id", "userId"]), str::to_owned);
    shown::Channel {
        id: id.to_owned(),
        name: first(body, &["name", "alias"]),
        numbers: bodies.outside(id).collect(),
        users: users.into_iter().flatten().map(user).filter(|id| !id.is_empty()).collect(),
        order: first(body, &["ringStrategy", "strategy", "distribution"]),
        queue: body.get("queue").is_some_and(|queue| !queue.is_null() && queue != &Value::Bool(false)),
    }
}

fn number(house: &Snapshot, bodies: &Bodies<'_>, known: &account::Number) -> shown::Number {
    let target = bodies.target(known.id.as_str());
    shown::Number {
        id: known.id.as_str().to_owned(),
        digits: known.digits.clone(),
        kind: match known.kind {
            NumberKind::Landline => shown::NumberKind::Landline,
            NumberKind::Mobile => shown::NumberKind::Mobile,
            NumberKind::International => shown::NumberKind::International,
            NumberKind::Extension => shown::NumberKind::Extension,
            NumberKind::Other => shown::NumberKind::Block,
        },
        target: target.map_or(shown::Target::Nowhere, |id| self::target(house, bodies, id)),
    }
}

fn target(house: &Snapshot, bodies: &Bodies<'_>, id: &str) -> shown::Target {
    let owned = id.to_owned();
    if let Some(line) = id.parse().ok().and_then(|line| house.phonelines.get(&line)) {
        shown::Target::User { id: line.owner.to_string() }
    } else if id.parse().is_ok_and(|user| house.users.contains_key(&user)) {
        shown::Target::User { id: owned }
    } else if id.parse().is_ok_and(|group| house.groups.contains_key(&group)) {
        shown::Target::Group { id: owned }
    } else if id.parse().is_ok_and(|device| house.devices.contains_key(&device)) {
        shown::Target::Device { id: owned }
    } else if bodies.has(Kind::Faxline, id) || bodies.has(Kind::GroupFaxline, id) {
        shown::Target::Fax { id: owned }
    } else if bodies.has(Kind::Channel, id) {
        shown::Target::Channel { id: owned }
    } else {
        shown::Target::Other { id: owned }
    }
}

fn location(known: &account::Address) -> shown::Location {
    shown::Location {
        id: known.id.as_str().to_owned(),
        line: known.line.clone(),
        state: known.emergency_state.clone(),
    }
}

/// The cloud lists a group's fax line with the groups, and sometimes with a person too.
fn faxlines(bodies: &Bodies<'_>) -> Vec<shown::Faxline> {
    let mut lines = BTreeMap::new();
    for kind in [Kind::Faxline, Kind::GroupFaxline] {
        for (id, body) in bodies.all(kind) {
            let owner =
                bodies.owner(kind, id).unwrap_or_else(|| first(&body, &["groupId", "userId", "owner"]));
            let line = shown::Faxline {
                id: id.to_owned(),
                alias: text(&body, "alias"),
                owner,
                numbers: bodies.outside(id).collect(),
                can_send: flag(&body, "canSend"),
                can_receive: flag(&body, "canReceive"),
            };
            lines.insert(id.to_owned(), line);
        }
    }
    lines.into_values().collect()
}

fn contact(id: &str, body: &Value) -> shown::Contact {
    let organization = list(body, "organization");
    let words = organization.iter().flat_map(|words| words.as_array().into_iter().flatten());
    let words: Vec<&str> = words.filter_map(Value::as_str).take(4).collect();
    shown::Contact {
        id: id.to_owned(),
        name: text(body, "name"),
        organization: words.join(", "),
        numbers: list(body, "numbers").iter().map(|number| text(number, "number")).collect(),
        emails: list(body, "emails").iter().map(|email| text(email, "email")).collect(),
        shared: text(body, "scope") == "SHARED",
    }
}

fn porting(id: &str, body: &Value) -> shown::Porting {
    shown::Porting {
        id: id.to_owned(),
        day: text(body, "portDate"),
        numbers: list(body, "numbers").iter().map(|number| text(number, "number")).collect(),
        pending: flag(body, "pending"),
    }
}

fn links(bodies: &Bodies<'_>) -> BTreeMap<String, String> {
    let objects = bodies.all(Kind::Link).filter_map(|(_, body)| match body {
        Value::Object(fields) => Some(fields),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => None,
    });
    let all = objects.flatten();
    let text = |(name, address): (String, Value)| Some((name, address.as_str()?.to_owned()));
    all.filter_map(text).filter(|(_, address)| address.len() <= 500).take(200).collect()
}

/// How current each kind is, in the order to show.
pub(crate) fn kinds(known: &BTreeMap<Kind, (Freshness, usize)>) -> Vec<shown::KindNow> {
    Kind::ALL.iter().map(|kind| kind_now(*kind, known.get(kind).copied())).collect()
}

fn kind_now(kind: Kind, known: Option<(Freshness, usize)>) -> shown::KindNow {
    let state = known.map(|(fresh, _)| match fresh.state {
        State::Complete => shown::KindState::Complete,
        State::Absent { .. } => shown::KindState::Absent,
        State::Failed { .. } => shown::KindState::Failed,
    });
    shown::KindNow {
        name: kind.name().to_owned(),
        count: known.map_or(0, |(_, count)| count),
        at: known.and_then(|(fresh, _)| fresh.at),
        state: state.unwrap_or(shown::KindState::Never),
    }
}
