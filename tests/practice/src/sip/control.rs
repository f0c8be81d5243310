//! The control paths of the SIP side, below `/practice/sip/`.

use std::sync::Arc;
use std::time::Duration;

use hyper::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{CallHandle, CallOptions, Sip, Stage};
use crate::answer::Answer;
use crate::cloud::Cloud;
use crate::control::ControlRefused;

/// The longest a request for events waits for one.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// A call to place.
#[derive(Deserialize)]
struct Wanted {
    /// This device, or...
    #[serde(default)]
    device: String,
    /// ... every device that this number of the account leads to.
    #[serde(default)]
    number: String,
    #[serde(flatten)]
    options: Value,
}

pub(crate) async fn carry_out(
    cloud: &Arc<Cloud>,
    method: &Method,
    path: &str,
    query: &str,
    body: &[u8],
) -> Result<Answer, ControlRefused> {
    let sip = Sip(cloud.clone());
    let (head, rest) = path.split_once('/').unwrap_or((path, ""));
    match (method, head) {
        (&Method::GET, "events") => events(&sip, query).await,
        (&Method::GET, "bindings") => Ok(Answer::Json(bindings(cloud))),
        (&Method::DELETE, "bindings") if !rest.is_empty() => {
            sip.forget(rest);
            Ok(Answer::Empty)
        }
        (&Method::DELETE, "connections") => {
            cloud.line.cut_connections();
            Ok(Answer::Empty)
        }
        (&Method::POST, "ping") if !rest.is_empty() => {
            Ok(Answer::Json(json!({"status": sip.asks(rest).await?})))
        }
        (&Method::GET, "calls") => Ok(Answer::Json(sip.calls().iter().map(describe).collect())),
        (&Method::POST, "calls") => {
            let wanted: Wanted = serde_json::from_slice(body)?;
            let options: CallOptions = serde_json::from_value(wanted.options)?;
            let call = if wanted.number.is_empty() {
                sip.call_with(&wanted.device, options).await?
            } else {
                sip.call_in(&wanted.number, options).await?
            };
            Ok(Answer::Json(json!({"call": call.number()})))
        }
        (&Method::DELETE, "calls") => {
            let call = rest.parse().ok().and_then(|number| sip.call_number(number));
            call.ok_or(ControlRefused::UnknownPath)?.hang_up().await;
            Ok(Answer::Empty)
        }
        _ => Err(ControlRefused::UnknownPath),
    }
}

/// `?after=N` answers what happened after event N, and with `&wait=SECONDS` waits until there is something.
async fn events(sip: &Sip, query: &str) -> Result<Answer, ControlRefused> {
    let parameter = |name: &str| {
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        pairs.find_map(|(key, value)| (key == name).then(|| value.parse::<u64>().ok())?).unwrap_or(0)
    };
    let (after, wait) = (parameter("after"), Duration::from_secs(parameter("wait")).min(LONGEST_WAIT));
    let mut stream = sip.events();
    let mut events = sip.past_events(after);
    if events.is_empty() && tokio::time::timeout(wait, stream.next()).await.is_ok() {
        events = sip.past_events(after);
    }
    Ok(Answer::Json(serde_json::to_value(events)?))
}

fn bindings(cloud: &Cloud) -> Value {
    let all = cloud.line.bindings.all().into_iter().map(|(device, contacts)| {
        let contacts = contacts.iter().map(|it| {
            json!({"contact": it.contact, "source": it.source.to_string(), "userAgent": it.user_agent,
                   "secondsLeft": it.until.saturating_duration_since(std::time::Instant::now()).as_secs()})
        });
        (device, contacts.collect())
    });
    Value::Object(all.collect())
}

fn describe(call: &CallHandle) -> Value {
    let stage = match call.stage() {
        Stage::Calling => "calling",
        Stage::Ringing => "ringing",
        Stage::Answered => "answered",
        Stage::Over(_) => "over",
    };
    let (received, sent) = call.packets();
    json!({"call": call.number(), "direction": call.0.direction, "device": call.0.device, "number": call.0.other,
           "stage": stage, "received": received, "sent": sent})
}
