//! Phones and their logins.

use account::{Credentials, Device, DeviceKind, Identity, SipUser};

use super::{Fields, Notices, address_id, id};
use crate::{Document, Problem};

pub(super) fn device(document: &Document, identity: &Identity, notices: &mut Notices) -> Option<Device> {
    let body = document.body.read();
    let mut fields = Fields::of(document.key.kind, &body, notices);
    let kind = kind(&mut fields);
    let credentials = credentials(document, identity, &mut fields);
    if kind == DeviceKind::Register && credentials.is_none() {
        fields.notice("credentials", Problem::Missing);
    }
    Some(Device {
        id: id(document, &mut fields)?,
        alias: fields.text(&["alias"]),
        kind,
        owner: document.owner.as_ref().and_then(|owner| owner.parse().ok()),
        dnd: fields.flag("dnd"),
        phonelines: fields.ids("activePhonelines"),
        groups: fields.ids("activeGroups"),
        credentials,
        emergency_address: address_id(&mut fields, "emergencyAddressId"),
    })
}

fn kind(fields: &mut Fields<'_>) -> DeviceKind {
    match fields.text(&["type"]).to_ascii_uppercase().as_str() {
        "REGISTER" => DeviceKind::Register,
        "MOBILE" => DeviceKind::Mobile,
        "EXTERNAL" => DeviceKind::External,
        "APP" => DeviceKind::App,
        "" => DeviceKind::Other,
        _ => {
            fields.notice("type", Problem::UnknownValue);
            DeviceKind::Other
        }
    }
}

/// The newer interface's word first. What neither says follows from the account: the SIP user name is the account
/// number and the device's id, and the registrar is the account's domain.
fn credentials(document: &Document, identity: &Identity, fields: &mut Fields<'_>) -> Option<Credentials> {
    let password = document.secret.clone()?;
    let mut told = |names: &[&str]| {
        let newer = fields.inside("sipCredentials").and_then(|mut login| login.text_if_any(names));
        newer.or_else(|| fields.inside("credentials")?.text_if_any(names))
    };
    let (user, server, proxy) = (told(&["username"]), told(&["sipServer"]), told(&["outboundProxy"]));
    let named: Option<SipUser> = user.and_then(|user| user.parse().ok());
    if named.is_none() {
        fields.notice("credentials.username", Problem::Missing);
    }
    let derived = || format!("{}{}", identity.master_sip_id, document.key.id).parse().ok();
    let server = server.unwrap_or_else(|| identity.domain.clone());
    let outbound_proxy = proxy.unwrap_or_else(|| server.clone());
    Some(Credentials { user: named.or_else(derived)?, password, server, outbound_proxy })
}
