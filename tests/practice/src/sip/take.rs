//! Calls that devices place to numbers in the practice cloud.

use std::sync::Arc;
use std::time::Duration;

use rsipstack::Result;
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::{Request, StatusCode, Uri};
use rsipstack::transaction::transaction::Transaction;
use serde_json::Value;
use tokio::net::UdpSocket;
use tokio_util::sync::CancellationToken;

use super::call::{Call, end, sdp_type};
use super::events::{Direction, EndedBy, Event};
use super::habits;
use super::registrar::{Asks, admit, identity, refuse};
use super::request::{header, source, uri_in, user, user_of};
use super::rtp::{Audio, Media};
use super::sdp::{self, Remote};
use crate::account::Account;
use crate::cloud::Cloud;

/// How long a callee rings before it answers.
const RINGS: Duration = Duration::from_millis(150);
/// How long somebody rings who never answers.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long early media plays, and how long somebody stays who hangs up by himself.
const SHORT: Duration = Duration::from_secs(1);

/// What a called number does. The names are those of `callees` in the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Callee {
    Answers(Audio),
    EarlyMedia,
    HangsUp,
    NoCredit,
    RingsOn,
    Refuses(u16),
}

impl Callee {
    fn of(account: &Account, number: &str) -> Self {
        match account.object("callees", number).and_then(Value::as_str) {
            Some("echo") => Self::Answers(Audio::Echo),
            Some("tone") => Self::Answers(Audio::Tone),
            Some("early-media") => Self::EarlyMedia,
            Some("hangs-up") => Self::HangsUp,
            Some("no-credit") => Self::NoCredit,
            Some("no-answer") => Self::RingsOn,
            Some("busy") => Self::Refuses(486),
            Some("declined") => Self::Refuses(603),
            Some("unavailable") => Self::Refuses(503),
            Some(_) => Self::Refuses(404),
            None => Self::unlisted(account, number),
        }
    }

    /// A number that the account does not mention: outside numbers and emergency answer, the account's own numbers
    /// do not (the practice cloud switches no calls between devices), everything else does not exist.
    fn unlisted(account: &Account, number: &str) -> Self {
        let mut own = account.objects("numbers").filter_map(|(_, it)| it.get("number")?.as_str());
        if is_emergency(number) {
            Self::Answers(Audio::Echo)
        } else if own.any(|own| own == number) {
            Self::Refuses(480)
        } else if number.len() > 7 && number.starts_with('+') {
            Self::Answers(Audio::Echo)
        } else {
            Self::Refuses(404)
        }
    }

    const fn audio(self) -> Audio {
        match self {
            Self::Answers(audio) => audio,
            Self::EarlyMedia | Self::HangsUp | Self::NoCredit | Self::RingsOn | Self::Refuses(_) => {
                Audio::Tone
            }
        }
    }
}

fn is_emergency(number: &str) -> bool {
    matches!(number, "110" | "112")
}

/// INVITE outside of a dialog.
pub(super) async fn invite(cloud: &Arc<Cloud>, mut transaction: Transaction) -> Result<()> {
    let account = cloud.account();
    if let Some(source) = foreign_port(cloud, &account, &transaction.original) {
        let from = user_of(&transaction.original, "From").unwrap_or_default();
        cloud.line.events.tell(Event::Dropped { from, source });
        return Ok(());
    }
    let Some(device) = admit(cloud, &mut transaction, Asks::Proxy).await? else { return Ok(()) };
    if !habits::comes_past_the_edge(&account, &transaction.original) {
        return refuse(cloud, &mut transaction, 403, "Service-Route").await;
    }
    if habits::finds_too_short(cloud, &mut transaction).await? {
        return Ok(());
    }
    if cloud.line.is_full() {
        return refuse(cloud, &mut transaction, 503, "Too many calls").await;
    }
    let object = account.endpoint(&device);
    let number = dialled(object, &transaction.original);
    let callee = Callee::of(&account, &number);
    let closed = account.quirk("srtp", false);
    let remote = Remote::parse(transaction.original.body()).filter(|it| !closed || it.key.is_some());
    let codec = remote.as_ref().and_then(|remote| remote.codec(callee.audio() == Audio::Tone));
    let (Some(remote), Some(codec)) = (remote, codec) else {
        return refuse(cloud, &mut transaction, 488, "No common codec").await;
    };
    let socket = UdpSocket::bind((cloud.line.address.ip(), 0)).await?;
    let local = socket.local_addr()?;
    let burst = account.quirk_number("rtpBurstMs").unwrap_or(0);
    let media = Media::new(callee.audio(), account.quirk("latch", true), Duration::from_millis(burst));
    media.aim(&remote, codec);
    let call = Call::open(cloud, Direction::FromDevice, &device, &number, media);
    announce(cloud, &account, &call, &transaction.original);
    let answer = sdp::answer(local, &remote, codec, &call.media.key);
    run(cloud, &call, transaction, callee, answer, socket).await
}

/// The source of an INVITE that the real cloud would drop: calls must come from the port that registered.
fn foreign_port(cloud: &Cloud, account: &Account, request: &Request) -> Option<String> {
    if !account.quirk("samePort", true) {
        return None;
    }
    let from = user_of(request, "From")?;
    let (device, _) = identity(account, &from)?;
    let (_, source) = source(request)?;
    let known = cloud.line.bindings.of(device).iter().any(|binding| binding.source == source);
    (!known).then(|| source.to_string())
}

/// The dialled number in international form; the device's local prefix completes national dialling.
fn dialled(device: Option<&Value>, request: &Request) -> String {
    let dialled = user(&request.uri.to_string()).to_owned();
    let prefix = device
        .and_then(|it| it.get("_localprefix"))
        .filter(|it| it.get("active") == Some(&Value::Bool(true)));
    let prefix = prefix.and_then(|it| it.get("value")?.as_str());
    let plain = dialled.strip_suffix('*').unwrap_or(&dialled);
    if let Some(rest) = dialled.strip_prefix("00") {
        format!("+{rest}")
    } else if let Some(rest) = dialled.strip_prefix('0') {
        format!("+49{rest}")
    } else if let Some(prefix) = prefix.filter(|_| plain.len() > 4 && !plain.starts_with('+')) {
        format!("{prefix}{plain}")
    } else {
        plain.to_owned()
    }
}

fn announce(cloud: &Cloud, account: &Account, call: &Call, request: &Request) {
    let device = account.endpoint(&call.device);
    cloud.line.events.tell(Event::CallStarted {
        call: call.number,
        direction: call.direction,
        device: call.device.clone(),
        number: call.other.clone(),
        presented: presented(account, device, request),
    });
    if is_emergency(&call.other) {
        let address = device.and_then(|it| it.get("emergencyAddressId")?.as_str()).map(str::to_owned);
        let (call, device, number) = (call.number, call.device.clone(), call.other.clone());
        cloud.line.events.tell(Event::Emergency { call, device, number, address });
    }
}

/// The number the callee sees. `P-Preferred-Identity` counts only as bare digits (`49...`) of an own number;
/// anything else falls back to what is set for the device.
fn presented(account: &Account, device: Option<&Value>, request: &Request) -> String {
    if header(request, "Privacy").any(|value| value.split(';').any(|token| token.trim() == "id")) {
        return "anonymous".to_owned();
    }
    let wanted =
        header(request, "P-Preferred-Identity").next().map(|value| format!("+{}", user(uri_in(value))));
    let mut own = account.objects("numbers").filter_map(|(_, it)| it.get("number")?.as_str());
    let fallback = device.and_then(|it| it.get("_callerid")?.as_str()).unwrap_or("unknown");
    wanted.filter(|wanted| own.any(|own| own == wanted)).unwrap_or_else(|| fallback.to_owned())
}

async fn run(
    cloud: &Arc<Cloud>,
    call: &Arc<Call>,
    mut transaction: Transaction,
    callee: Callee,
    answer: String,
    socket: UdpSocket,
) -> Result<()> {
    let (sender, mut states) = cloud.line.dialogs.new_dialog_state_channel();
    let contact: Uri = format!("sip:{}@{}", call.other, cloud.line.address).try_into()?;
    let dialog =
        match cloud.line.dialogs.get_or_create_server_invite(&transaction, sender, None, Some(contact)) {
            Ok(dialog) => dialog,
            Err(error) => {
                call.close(cloud, EndedBy::Cloud, Some(500));
                return Err(error);
            }
        };
    let (mut handled, finished) = (dialog.clone(), CancellationToken::new());
    let finish = finished.clone().drop_guard();
    cloud.line.spawn(async move {
        if let Err(error) = handled.handle(&mut transaction).await {
            tracing::debug!(%error, "INVITE not finished");
        }
        drop(finish);
    });
    let behave = async {
        if let Err(error) = behave(cloud, call, &dialog, callee, answer).await {
            tracing::debug!(%error, "callee failed");
        }
        std::future::pending::<(EndedBy, Option<u16>)>().await
    };
    let (by, status) = tokio::select! {
        ended = call.live(cloud, &dialog, &mut states, socket) => ended,
        ended = behave => ended,
    };
    let status = if let Callee::Refuses(status) = callee { Some(status) } else { status };
    call.close(cloud, by, status);
    finished.cancelled().await;
    cloud.line.dialogs.remove_dialog(&dialog.id());
    Ok(())
}

/// Does what the called number does.
async fn behave(
    cloud: &Cloud,
    call: &Call,
    dialog: &InviteDialog,
    callee: Callee,
    answer: String,
) -> Result<()> {
    let recorded = habits::recorded(cloud);
    let headers = || recorded.iter().cloned().chain([sdp_type()]).chain(habits::session(cloud)).collect();
    let with_sdp = || (Some(headers()), Some(answer.clone().into_bytes()));
    match callee {
        Callee::Refuses(status) => dialog.reject(Some(StatusCode::from(status)), None),
        Callee::RingsOn => {
            dialog.ringing(None, None)?;
            tokio::time::sleep(PATIENCE).await;
            dialog.reject(Some(StatusCode::TemporarilyUnavailable), None)
        }
        Callee::EarlyMedia => {
            let (headers, body) = with_sdp();
            dialog.ringing(headers, body)?;
            tokio::time::sleep(SHORT).await;
            let (headers, body) = with_sdp();
            dialog.accept(headers, body)
        }
        Callee::NoCredit => {
            let (headers, body) = with_sdp();
            dialog.ringing(headers, body)?;
            tokio::time::sleep(SHORT).await;
            dialog.reject(Some(StatusCode::PaymentRequired), None)
        }
        Callee::Answers(_) | Callee::HangsUp => {
            dialog.ringing(recorded.clone().map(|it| vec![it]), None)?;
            tokio::time::sleep(RINGS).await;
            let (headers, body) = with_sdp();
            dialog.accept(headers, body)?;
            if callee == Callee::HangsUp {
                tokio::time::sleep(SHORT).await;
                end(dialog).await;
                call.close(cloud, EndedBy::Cloud, None);
            }
            Ok(())
        }
    }
}
