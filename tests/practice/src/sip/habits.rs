//! Habits that the standards allow a provider and that are easily forgotten, each behind a switch of its own.

use std::sync::Arc;
use std::time::Duration;

use rsipstack::Result;
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::{Header, Request, StatusCode};
use rsipstack::transaction::transaction::Transaction;

use super::call::Call;
use super::events::{Direction, EndedBy, Event};
use super::request::{header, user_of};
use crate::account::Account;
use crate::cloud::Cloud;

/// User of the station that requests have to visit while the habit `edge` is on.
const EDGE: &str = "edge";

/// `retryAfter`: new registrations are put off for so many seconds (RFC 3261 20.33). Whether this one was.
pub(super) async fn puts_off(cloud: &Cloud, transaction: &mut Transaction) -> Result<bool> {
    let Some(seconds) = cloud.account().quirk_number("retryAfter") else { return Ok(false) };
    told(cloud, &transaction.original, 503);
    let header = Header::Other("Retry-After".to_owned(), seconds.to_string());
    transaction.reply_with(StatusCode::ServiceUnavailable, vec![header], None).await.map(|()| true)
}

/// `minExpires`: nobody is kept for less than so many seconds (RFC 3261 10.2.8). Whether this one was refused for it.
pub(super) async fn finds_too_brief(
    cloud: &Cloud,
    transaction: &mut Transaction,
    asked: u64,
) -> Result<bool> {
    let least = cloud.account().quirk_number("minExpires").filter(|least| asked > 0 && asked < *least);
    let Some(least) = least else { return Ok(false) };
    told(cloud, &transaction.original, 423);
    let header = Header::MinExpires(least.to_string().into());
    transaction.reply_with(StatusCode::IntervalTooBrief, vec![header], None).await.map(|()| true)
}

/// `minSession`: calls are not kept for less than so many seconds without a sign of life (RFC 4028 6). Whether this one was
/// refused for it.
pub(super) async fn finds_too_short(cloud: &Cloud, transaction: &mut Transaction) -> Result<bool> {
    let asked = header(&transaction.original, "Session-Expires").next();
    let asked = asked.and_then(|value| value.split(';').next()?.trim().parse::<u64>().ok());
    let least = cloud.account().quirk_number("minSession").zip(asked).filter(|(least, asked)| asked < least);
    let Some((least, _)) = least else { return Ok(false) };
    told(cloud, &transaction.original, 422);
    let header = Header::Other("Min-SE".to_owned(), least.to_string());
    transaction.reply_with(StatusCode::SessionIntervalTooSmall, vec![header], None).await.map(|()| true)
}

/// `edge`: whether a request comes past the station that the registrar (RFC 3608) or the call itself has named.
pub(super) fn comes_past_the_edge(account: &Account, request: &Request) -> bool {
    let station = format!("{EDGE}@");
    !account.quirk("edge", false) || header(request, "Route").any(|route| route.contains(&station))
}

/// `edge`: what the 200 to a REGISTER says of stations, on the way from the device (Service-Route) and to it (Path, RFC 3327).
pub(super) fn stations(cloud: &Cloud) -> Vec<Header> {
    let station = station(cloud).into_iter();
    station.flat_map(|it| [Header::ServiceRoute(it.clone().into()), Header::Path(it.into())]).collect()
}

/// `edge`: the station stays in the way of a call.
pub(super) fn recorded(cloud: &Cloud) -> Option<Header> {
    station(cloud).map(|station| Header::RecordRoute(station.into()))
}

fn station(cloud: &Cloud) -> Option<String> {
    let on = cloud.account().quirk("edge", false);
    on.then(|| format!("<sip:{EDGE}@{};lr>", cloud.line.address()))
}

/// `session`: what the practice cloud says of signs of life, in its own INVITE and in answers; whoever hears it as an answer
/// to a request of its own is to give them.
pub(super) fn session(cloud: &Cloud) -> Vec<Header> {
    let Some(seconds) = cloud.account().quirk_number("session") else { return Vec::new() };
    let expires = Header::Other("Session-Expires".to_owned(), format!("{seconds};refresher=uac"));
    vec![expires, Header::Supported("timer".to_owned().into()), Header::Require("timer".to_owned().into())]
}

/// `session`: gives signs of life at half of it, in calls that the practice cloud has placed.
pub(super) async fn refresh(cloud: &Arc<Cloud>, call: &Call, dialog: &InviteDialog) {
    let seconds = cloud.account().quirk_number("session").filter(|_| call.direction == Direction::ToDevice);
    let Some(seconds) = seconds else { return std::future::pending().await };
    loop {
        tokio::time::sleep(Duration::from_secs(seconds) / 2).await;
        let answer = dialog.update(Some(session(cloud)), None).await;
        if matches!(answer, Ok(Some(answer)) if answer.status_code == StatusCode::OK) {
            cloud.line.events.tell(Event::CallRefreshed { call: call.number, by: EndedBy::Cloud });
        }
    }
}

fn told(cloud: &Cloud, request: &Request, status: u16) {
    let from = user_of(request, "From").unwrap_or_default();
    cloud.line.events.tell(Event::Refused { method: request.method.to_string(), from, status });
}
