//! Registrations and keep-alives.

use std::time::{Duration, Instant};

use rsipstack::Result;
use rsipstack::sip::{Header, Request, StatusCode};
use rsipstack::transaction::transaction::Transaction;
use serde_json::Value;

use super::bindings::Binding;
use super::digest::Verdict;
use super::events::Event;
use super::habits;
use super::request::{contacts, header, source, user_of};
use crate::account::Account;
use crate::cloud::Cloud;

/// The longest the cloud lets a registration last, in seconds, and what a phone gets that does not ask.
const LONGEST: u64 = 120;

/// Which challenge a request gets: the registrar asks with 401, the proxy in front of calls with 407.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asks {
    Registrar,
    Proxy,
}

/// The password of a SIP id (`7654321e0`, `7654321t0`), with the device or trunk it belongs to.
pub(super) fn identity<'a>(account: &'a Account, sip_id: &'a str) -> Option<(&'a str, &'a Value)> {
    let id = sip_id.strip_prefix(account.master_sip_id())?;
    let object = account.endpoint(id)?;
    object.get("_password").map(|_| (id, object))
}

/// Lets a request pass that carries the right password of the SIP id in its From, and answers all others.
/// The id of the device is returned.
pub(super) async fn admit(
    cloud: &Cloud,
    transaction: &mut Transaction,
    asks: Asks,
) -> Result<Option<String>> {
    let account = cloud.account();
    let method = transaction.original.method.to_string();
    let from = user_of(&transaction.original, "From").unwrap_or_default();
    let Some((device, _)) = identity(&account, &from) else {
        refuse(cloud, transaction, 403, "Username in From Field required").await?;
        return Ok(None);
    };
    let name = if asks == Asks::Registrar { "Authorization" } else { "Proxy-Authorization" };
    let password = |user: &str| Some(identity(&account, user)?.1.get("_password")?.as_str()?.to_owned());
    let verdict = cloud.line.nonces.check(
        header(&transaction.original, name).next(),
        &method,
        account.domain(),
        password,
    );
    match verdict {
        Verdict::Good { user } if user == from => return Ok(Some(device.to_owned())),
        Verdict::Good { .. } | Verdict::Wrong => refuse(cloud, transaction, 403, "Forbidden").await?,
        Verdict::Absent => challenge(cloud, transaction, account.domain(), asks, false).await?,
        Verdict::Stale => challenge(cloud, transaction, account.domain(), asks, true).await?,
    }
    Ok(None)
}

async fn challenge(
    cloud: &Cloud,
    transaction: &mut Transaction,
    realm: &str,
    asks: Asks,
    stale: bool,
) -> Result<()> {
    let value = cloud.line.nonces.challenge(realm, stale);
    let (status, header) = match asks {
        Asks::Registrar => (StatusCode::Unauthorized, Header::WwwAuthenticate(value.into())),
        Asks::Proxy => (StatusCode::ProxyAuthenticationRequired, Header::ProxyAuthenticate(value.into())),
    };
    transaction.reply_with(status, vec![header], None).await
}

pub(super) async fn refuse(
    cloud: &Cloud,
    transaction: &mut Transaction,
    status: u16,
    reason: &str,
) -> Result<()> {
    let method = transaction.original.method.to_string();
    let from = user_of(&transaction.original, "From").unwrap_or_default();
    cloud.line.events.tell(Event::Refused { method, from, status });
    let warning = Header::Other("Warning".to_owned(), format!("399 sipgate.de \"{reason}\""));
    transaction.reply_with(StatusCode::from(status), vec![warning], None).await
}

/// REGISTER, RFC 3261 section 10.3, with the cloud's habits.
pub(super) async fn register(cloud: &Cloud, transaction: &mut Transaction) -> Result<()> {
    if habits::puts_off(cloud, transaction).await? {
        return Ok(());
    }
    let Some(device) = admit(cloud, transaction, Asks::Registrar).await? else { return Ok(()) };
    let brief = shortest(&transaction.original);
    if habits::finds_too_brief(cloud, transaction, brief).await? {
        return Ok(());
    }
    bind(cloud, &device, &transaction.original);
    let now = Instant::now();
    let listed = cloud.line.bindings.of(&device).into_iter().map(|it| {
        // Rounded up, so that a fresh binding of 120 s reads 120.
        let left = it.until.saturating_duration_since(now).as_millis().div_ceil(1000);
        Header::Contact(format!("<{}>;expires={left}", it.contact).into())
    });
    let listed = listed.chain(habits::stations(cloud)).collect();
    transaction.reply_with(StatusCode::OK, listed, None).await
}

/// The shortest time asked for, in seconds; to take a registration back is no time at all.
fn shortest(request: &Request) -> u64 {
    let all = contacts(request);
    let wanted = all.iter().map(|(_, own)| own.or_else(|| expires(request)).unwrap_or(LONGEST));
    wanted.filter(|seconds| *seconds > 0).min().unwrap_or(0)
}

fn expires(request: &Request) -> Option<u64> {
    header(request, "Expires").next()?.trim().parse().ok()
}

/// A REGISTER without Contact changes nothing and is still answered 200.
fn bind(cloud: &Cloud, device: &str, request: &Request) {
    let asked = expires(request);
    let longest = cloud.account().quirk_number("minExpires").unwrap_or(0).max(LONGEST);
    let Some((transport, source)) = source(request) else { return };
    for (contact, own) in contacts(request) {
        let expires = own.or(asked).unwrap_or(LONGEST).min(longest);
        if contact == "*" || expires == 0 {
            let one = (contact != "*").then_some(contact.as_str());
            cloud.line.bindings.unbind(device, one);
            cloud.line.events.tell(Event::Unregistered { device: device.to_owned(), contact });
            continue;
        }
        let user_agent = header(request, "User-Agent").next().unwrap_or_default().to_owned();
        let until = Instant::now() + Duration::from_secs(expires);
        let binding = Binding { contact: contact.clone(), source, transport, user_agent, until };
        cloud.line.bindings.bind(device, binding);
        cloud.line.events.tell(Event::Registered {
            device: device.to_owned(),
            contact,
            source: source.to_string(),
            expires,
        });
    }
}

/// OPTIONS as keep-alive: 200, or 401 with the quirk switched on; both mean alive.
pub(super) async fn options(cloud: &Cloud, transaction: &mut Transaction) -> Result<()> {
    let account = cloud.account();
    if account.quirk("optionsUnanswered", false) {
        return Ok(());
    }
    if account.quirk("optionsUnauthorized", false)
        && header(&transaction.original, "Authorization").next().is_none()
    {
        return challenge(cloud, transaction, account.domain(), Asks::Registrar, false).await;
    }
    transaction.reply(StatusCode::OK).await
}
