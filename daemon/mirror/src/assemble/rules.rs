//! What becomes of calls that do not simply ring: forwardings, refusals, boxes, rights.

use std::collections::BTreeMap;
use std::time::Duration;

use account::{
    AnonymousCallers, Answering, Blocklist, Faxline, FaxlineId, Forwarding, GroupId, GroupRules, LineRules,
    LocalPrefix, PhonelineId, Restrictions, Rules, Sender, Shown, Target, UserId, Voicemail, VoicemailId,
};
use serde_json::Value;

use super::channel::channel;
use super::{Fields, Notices, id};
use crate::{DETOUR, Document, Documents, Kind, Problem};

/// No phone rings for longer.
const LONGEST_WAIT: i64 = 3600;

/// What a user may not call, in the cloud's words that have a place of their own.
const RESTRICTIONS: &[&str] = &["foreignSpecial", "charged", "highCostForeignNumbers", "roaming"];

pub(super) fn rules(documents: &Documents, notices: &mut Notices) -> Rules {
    let mut rules = Rules::default();
    for document in documents.of(Kind::Channel) {
        let channel = channel(document, notices);
        rules.channels.extend(channel.map(|channel| (channel.id.clone(), channel)));
    }
    each(documents, Kind::Voicemail, notices, |document, fields| {
        let mailbox = voicemail(document, fields)?;
        rules.voicemails.insert(mailbox.id.clone(), mailbox);
        Some(())
    });
    for kind in [Kind::Faxline, Kind::GroupFaxline] {
        each(documents, kind, notices, |document, fields| {
            let line = faxline(document, fields)?;
            rules.faxlines.insert(line.id.clone(), line);
            Some(())
        });
    }
    each(documents, Kind::CallRestriction, notices, |document, fields| {
        rules.restrictions.insert(id::<UserId>(document, fields)?, restrictions(document, fields));
        Some(())
    });
    each(documents, Kind::Blocked, notices, |_, fields| blocked(&mut rules.blocked, fields));
    lines(&mut rules.lines, documents, notices);
    groups(&mut rules.groups, documents, notices);
    senders(&mut rules.senders, documents, notices);
    rules
}

fn each(
    documents: &Documents,
    kind: Kind,
    notices: &mut Notices,
    mut take: impl FnMut(&Document, &mut Fields<'_>) -> Option<()>,
) {
    for document in documents.of(kind) {
        let body = document.body.read();
        take(document, &mut Fields::of(kind, &body, notices));
    }
}

fn lines(lines: &mut BTreeMap<PhonelineId, LineRules>, documents: &Documents, notices: &mut Notices) {
    each(documents, Kind::Forwarding, notices, |document, fields| {
        let line = lines.entry(id(document, fields)?).or_default();
        line.forwardings = fields.objects("items", forwarding);
        // A way round is for calls that cannot come in; in the house nobody takes it.
        line.forwardings.retain(|forwarding| *forwarding.alias != *DETOUR);
        Some(())
    });
    each(documents, Kind::BlockAnonymous, notices, |document, fields| {
        lines.entry(id(document, fields)?).or_default().anonymous = anonymous(fields);
        Some(())
    });
    each(documents, Kind::LineVoicemail, notices, |document, fields| {
        lines.entry(id(document, fields)?).or_default().answering = fields.objects("items", answering);
        Some(())
    });
}

fn groups(groups: &mut BTreeMap<GroupId, GroupRules>, documents: &Documents, notices: &mut Notices) {
    each(documents, Kind::GroupMember, notices, |document, fields| {
        groups.entry(id(document, fields)?).or_default().members = fields.ids("items");
        Some(())
    });
    each(documents, Kind::Group, notices, |document, fields| {
        let boxes = fields.objects("voicemails", answering);
        if !boxes.is_empty() {
            groups.entry(id(document, fields)?).or_default().answering = boxes;
        }
        Some(())
    });
}

fn senders(senders: &mut BTreeMap<account::DeviceId, Sender>, documents: &Documents, notices: &mut Notices) {
    each(documents, Kind::CallerId, notices, |document, fields| {
        senders.entry(id(document, fields)?).or_default().shows = shown(fields);
        Some(())
    });
    each(documents, Kind::LocalPrefix, notices, |document, fields| {
        let digits = fields.text_if_any(&["value"]);
        let active = fields.flag("active");
        let prefix = digits.map(|digits| LocalPrefix { digits: digits.into(), active });
        senders.entry(id(document, fields)?).or_default().local_prefix = prefix;
        Some(())
    });
}

fn forwarding(fields: &mut Fields<'_>) -> Option<Forwarding> {
    let to = target(&fields.text(&["destination"]))?;
    let alias = fields.text_if_any(&["alias"]).unwrap_or_default().into();
    // Without a time it would never be its turn.
    let after = seconds(fields, "timeout")?;
    Some(Forwarding { alias, to, after, active: fields.flag("active") })
}

fn target(text: &str) -> Option<Target> {
    let number = || text.parse().ok().map(Target::Number);
    let inside = || text.parse().ok().map(Target::Inside);
    let other = || (!text.is_empty()).then(|| Target::Other(text.into()));
    number().or_else(inside).or_else(other)
}

fn anonymous(fields: &mut Fields<'_>) -> AnonymousCallers {
    if !fields.flag("enabled") {
        return AnonymousCallers::Ring;
    }
    let target = fields.text(&["target"]);
    match target.to_ascii_uppercase().as_str() {
        "REJECT" => AnonymousCallers::Reject,
        "VOICEMAIL" => AnonymousCallers::Voicemail,
        _ => {
            fields.notice("target", Problem::UnknownValue);
            AnonymousCallers::Other(target.into())
        }
    }
}

fn answering(fields: &mut Fields<'_>) -> Option<Answering> {
    let box_id = fields.parsed(&["id"])?;
    Some(Answering { box_id, after: seconds(fields, "timeout"), active: fields.flag("active") })
}

fn voicemail(document: &Document, fields: &mut Fields<'_>) -> Option<Voicemail> {
    let id: VoicemailId = id(document, fields)?;
    let alias = fields.text_if_any(&["alias"]).unwrap_or_default().into();
    let of =
        ["belongsToEndpoint", "endpoint"].iter().find_map(|name| fields.inside(name)?.parsed(&["extension"]));
    Some(Voicemail { id, alias, of })
}

fn faxline(document: &Document, fields: &mut Fields<'_>) -> Option<Faxline> {
    let id: FaxlineId = id(document, fields)?;
    let owner = document.owner.as_ref().and_then(|owner| owner.parse().ok());
    Some(Faxline {
        id,
        alias: fields.text_if_any(&["alias"]).unwrap_or_default().into(),
        of: owner.or_else(|| fields.parsed(&["groupId"])),
        tagline: fields.text_if_any(&["tagline"]).unwrap_or_default().into(),
        sends: fields.flag("canSend"),
        receives: fields.flag("canReceive"),
    })
}

fn restrictions(document: &Document, fields: &mut Fields<'_>) -> Restrictions {
    let [foreign_and_special, charged, expensive_countries, roaming] =
        ["foreignSpecial", "charged", "highCostForeignNumbers", "roaming"].map(|name| fields.flag(name));
    let body = document.body.read();
    let others = body.as_object().into_iter().flatten();
    let others =
        others.filter(|(name, on)| **on == Value::Bool(true) && !RESTRICTIONS.contains(&name.as_str()));
    let others = others.map(|(name, _)| name.as_str().into()).collect();
    Restrictions { foreign_and_special, charged, expensive_countries, roaming, others }
}

fn blocked(list: &mut Blocklist, fields: &mut Fields<'_>) -> Option<()> {
    let number = fields.text(&["phoneNumber"]);
    let digits = number.trim_start_matches('+');
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        fields.notice("phoneNumber", Problem::Unreadable);
        return None;
    }
    let into = if fields.flag("isBlock") { &mut list.prefixes } else { &mut list.numbers };
    into.insert(digits.into());
    Some(())
}

fn shown(fields: &mut Fields<'_>) -> Option<Shown> {
    let value = fields.text_if_any(&["value"])?;
    let number = value.parse().ok().map(Shown::Number);
    let nothing = value.eq_ignore_ascii_case("anonymous").then_some(Shown::Nothing);
    Some(number.or(nothing).unwrap_or_else(|| Shown::Other(value.into())))
}

/// A time in whole seconds; what no telephone would wait for is absent.
pub(super) fn seconds(fields: &mut Fields<'_>, name: &str) -> Option<Duration> {
    let whole = fields.whole(name)?;
    if !(0..=LONGEST_WAIT).contains(&whole) {
        fields.notice(name, Problem::Unreadable);
        return None;
    }
    whole.try_into().ok().map(Duration::from_secs)
}
