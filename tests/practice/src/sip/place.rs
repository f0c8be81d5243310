//! Calls that the practice cloud places to a registered device.

use std::sync::Arc;
use std::time::Duration;

use rsipstack::dialog::dialog::{DialogState, DialogStateReceiver};
use rsipstack::dialog::invitation::InviteOption;
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::uri::Auth;
use rsipstack::sip::{Header, Response, Uri};
use rsipstack::transport::SipAddr;
use serde::Deserialize;
use serde_json::Value;
use tokio::net::UdpSocket;
use tokio::task::JoinSet;

use super::bindings::Binding;
use super::call::{Call, CallFailed, CallHandle, end};
use super::events::{Direction, EndedBy, Event};
use super::habits;
use super::rtp::{Audio, Media};
use super::sdp::{self, Remote};
use crate::account::Account;
use crate::cloud::Cloud;

/// How a call to a device looks.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CallOptions {
    /// The caller's number, or `anonymous`.
    pub from: String,
    /// The number dialled by the caller. A trunk gets it as the user of the request URI; a device, whose request URI
    /// is its own contact, in `P-Called-Party-ID` (what the real cloud sends there is not known).
    #[serde(default)]
    pub called: Option<String>,
    /// What the caller sends once the call is answered.
    #[serde(default, deserialize_with = "audio")]
    pub audio: Audio,
    /// How long the caller lets it ring, in seconds.
    #[serde(default = "patience")]
    pub patience: u64,
}

fn audio<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Audio, D::Error> {
    match String::deserialize(deserializer)?.as_str() {
        "echo" => Ok(Audio::Echo),
        "tone" => Ok(Audio::Tone),
        other => Err(serde::de::Error::unknown_variant(other, &["echo", "tone"])),
    }
}

const fn patience() -> u64 {
    60
}

impl CallOptions {
    /// A call from `number` that echoes what it hears and rings for a minute.
    #[must_use]
    pub fn from_number(number: &str) -> Self {
        Self { from: number.to_owned(), called: None, audio: Audio::Echo, patience: patience() }
    }
}

/// One INVITE on its way; with the duplicate quirk there are two.
struct Leg {
    dialog: InviteDialog,
    states: DialogStateReceiver,
    answer: Option<Response>,
}

/// Starts a call from outside to a number of the account: every registered device that the number leads to is rung.
pub(super) async fn call_number(
    cloud: &Arc<Cloud>,
    number: &str,
    options: CallOptions,
) -> Result<CallHandle, CallFailed> {
    let devices = leads_to(&cloud.account(), number);
    call(cloud, &devices, CallOptions { called: Some(number.to_owned()), ..options }).await
}

/// The devices and trunks that ring for a number.
fn leads_to(account: &Account, number: &str) -> Vec<String> {
    let mut numbers = account.objects("numbers").map(|(_, it)| it);
    let found = numbers.find(|it| it.get("number").and_then(Value::as_str) == Some(number));
    let Some(end) = found.and_then(|it| it.get("endpointId")?.as_str()) else { return Vec::new() };
    let names = |device: &Value, key: &str| {
        device.get(key).is_some_and(|all| all.as_array().into_iter().flatten().any(|one| one == end))
    };
    let rings = |(id, device): &(&str, &Value)| {
        *id == end
            || names(device, "_phonelines")
            || names(device, "_groups")
            || device.get("_owner").and_then(Value::as_str) == Some(end)
    };
    let all = account.objects("devices").chain(account.objects("trunks"));
    all.filter(rings).map(|(id, _)| id.to_owned()).collect()
}

/// Starts a call to the newest contact of each of these devices; the first to answer has it.
pub(super) async fn call(
    cloud: &Arc<Cloud>,
    devices: &[String],
    options: CallOptions,
) -> Result<CallHandle, CallFailed> {
    let account = cloud.account();
    let bound = devices.iter().filter_map(|device| Some((device, cloud.line.bindings.of(device).pop()?)));
    let bound: Vec<(&String, Binding)> = bound.collect();
    let Some((device, _)) = bound.first() else { return Err(CallFailed::NotRegistered) };
    if cloud.line.is_full() {
        return Err(CallFailed::TooManyCalls);
    }
    let ours = |error: &dyn std::fmt::Display| CallFailed::OnOurSide(error.to_string());
    let socket = UdpSocket::bind((cloud.line.address.ip(), 0)).await.map_err(|error| ours(&error))?;
    let local = socket.local_addr().map_err(|error| ours(&error))?;
    let burst = account.quirk_number("rtpBurstMs").unwrap_or(0);
    let media = Media::new(options.audio, account.quirk("latch", true), Duration::from_millis(burst));
    let key = account.quirk("srtp", false).then_some(&media.key);
    let offer = sdp::offer(local, options.audio == Audio::Tone, key);
    let invites = bound
        .iter()
        .map(|(device, binding)| invite(cloud, &account, device, binding, &options, offer.clone()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| ours(&error))?;
    let call = Call::open(cloud, Direction::ToDevice, device, &options.from, media);
    cloud.line.events.tell(Event::CallStarted {
        call: call.number,
        direction: call.direction,
        device: (*device).clone(),
        number: options.called.clone().unwrap_or_default(),
        presented: options.from.clone(),
    });
    let legs = if account.quirk("duplicateInvite", false) { 2 } else { 1 };
    let (cloud, handle) = (cloud.clone(), CallHandle(call.clone()));
    cloud.clone().line.spawn(async move {
        let (by, status) = run(&cloud, &call, invites, legs, options.patience, socket).await;
        call.close(&cloud, by, status);
    });
    Ok(handle)
}

fn invite(
    cloud: &Cloud,
    account: &Account,
    device: &str,
    binding: &Binding,
    options: &CallOptions,
    offer: String,
) -> Result<InviteOption, Box<rsipstack::Error>> {
    let mut callee: Uri = uri(&binding.contact)?;
    let mut headers = habits::session(cloud);
    headers.extend(habits::recorded(cloud));
    let domain = account.domain();
    if let Some(called) = &options.called {
        if device.starts_with('t') {
            callee.auth = Some(Auth { user: called.clone(), password: None });
        } else {
            let party = format!("<sip:{called}@{domain}>");
            headers.push(Header::Other("P-Called-Party-ID".to_owned(), party));
        }
    }
    let destination = SipAddr::new(binding.transport, binding.source.into());
    Ok(InviteOption {
        caller: uri(&format!("sip:{}@{domain}", options.from))?,
        callee,
        destination: Some(destination),
        content_type: Some("application/sdp".to_owned()),
        offer: Some(offer.into_bytes()),
        contact: uri(&format!("sip:{}@{}", options.from, cloud.line.address))?,
        headers: Some(headers),
        call_id: Some(format!("{:016x}", rand::random::<u64>())),
        ..Default::default()
    })
}

fn uri(text: &str) -> Result<Uri, Box<rsipstack::Error>> {
    Uri::try_from(text).map_err(|error| Box::new(error.into()))
}

async fn run(
    cloud: &Arc<Cloud>,
    call: &Arc<Call>,
    invites: Vec<InviteOption>,
    legs: usize,
    patience: u64,
    socket: UdpSocket,
) -> (EndedBy, Option<u16>) {
    let mut ringing = JoinSet::new();
    let mut dialogs = Vec::new();
    for (invite, leg) in invites.iter().flat_map(|invite| (0..legs).map(move |leg| (invite, leg))) {
        // The two Call-IDs of a duplicated call differ in their last digit only.
        let call_id = invite.call_id.as_ref().map(|id| format!("{id}{leg}"));
        match start(cloud, call, InviteOption { call_id, ..invite.clone() }, &mut ringing) {
            Ok(dialog) => dialogs.push(dialog),
            Err(error) => tracing::warn!(%error, "INVITE not sent"),
        }
    }
    let first = tokio::select! {
        first = answered(&mut ringing) => first,
        () = call.hang_up.cancelled() => Err((EndedBy::Cloud, Some(487))),
        () = tokio::time::sleep(Duration::from_secs(patience)) => Err((EndedBy::Timeout, Some(408))),
    };
    let kept = first.as_ref().ok().map(|leg| leg.dialog.id());
    cloud.line.spawn(give_up(cloud.clone(), dialogs, kept, ringing));
    let mut leg = match first {
        Ok(leg) => leg,
        Err(ended) => return ended,
    };
    let tone = call.media.audio == Audio::Tone;
    let remote = leg.answer.take().and_then(|answer| Remote::parse(answer.body()));
    let Some((remote, codec)) = remote.and_then(|it| it.codec(tone).map(|codec| (it, codec))) else {
        end(&leg.dialog).await;
        return (EndedBy::Cloud, Some(488));
    };
    call.media.aim(&remote, codec);
    call.is_answered(cloud);
    let ended = call.live(cloud, &leg.dialog, &mut leg.states, socket).await;
    cloud.line.dialogs.remove_dialog(&leg.dialog.id());
    ended
}

/// Sends one INVITE; its leg arrives in `ringing` when the device has answered or refused.
fn start(
    cloud: &Arc<Cloud>,
    call: &Arc<Call>,
    invite: InviteOption,
    ringing: &mut JoinSet<Leg>,
) -> Result<InviteDialog, Box<rsipstack::Error>> {
    let (sender, mut states) = cloud.line.dialogs.new_dialog_state_channel();
    let (dialog, invited) = cloud.line.dialogs.do_invite_async(invite, sender)?;
    let (cloud, call, own) = (cloud.clone(), call.clone(), dialog.clone());
    ringing.spawn(async move {
        let mut invited = std::pin::pin!(invited);
        loop {
            tokio::select! {
                result = &mut invited => {
                    let answer = result.ok().and_then(Result::ok).and_then(|(_, answer)| answer);
                    return Leg { dialog: own, states, answer };
                }
                state = states.recv() => match state {
                    Some(DialogState::Early(..)) => call.rings(&cloud),
                    Some(_) => {}
                    None => std::future::pending().await,
                },
            }
        }
    });
    Ok(dialog)
}

/// The first leg that is answered; when all are refused, the last refusal.
async fn answered(ringing: &mut JoinSet<Leg>) -> Result<Leg, (EndedBy, Option<u16>)> {
    let mut refused = (EndedBy::Timeout, Some(408));
    while let Some(Ok(leg)) = ringing.join_next().await {
        match leg.answer.as_ref().map(|answer| answer.status_code.code()) {
            Some(200..=299) => return Ok(leg),
            Some(status) => refused = (EndedBy::Device, Some(status)),
            None => {}
        }
    }
    Err(refused)
}

/// Cancels the legs that are not wanted any more, and ends those that are answered all the same.
async fn give_up(
    cloud: Arc<Cloud>,
    dialogs: Vec<InviteDialog>,
    kept: Option<rsipstack::dialog::DialogId>,
    mut ringing: JoinSet<Leg>,
) {
    for dialog in dialogs.iter().filter(|dialog| Some(dialog.id()) != kept) {
        if let Err(error) = dialog.cancel().await {
            tracing::debug!(%error, "leg not cancelled");
        }
    }
    while let Some(Ok(leg)) = ringing.join_next().await {
        end(&leg.dialog).await;
        cloud.line.dialogs.remove_dialog(&leg.dialog.id());
    }
}
