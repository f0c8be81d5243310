//! The cloud asks a device whether it lives: OPTIONS to its newest contact (RFC 3261 11).

use std::time::Duration;

use rsipstack::Result;
use rsipstack::sip::typed::{From, To};
use rsipstack::sip::{Method, SipMessage, Uri};
use rsipstack::transaction::key::{TransactionKey, TransactionRole};
use rsipstack::transaction::transaction::Transaction;
use rsipstack::transport::SipAddr;

use super::call::CallFailed;
use super::events::Event;
use crate::cloud::Cloud;

/// How long the device may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The status of its answer; `None` when it keeps silent.
pub(super) async fn lives(cloud: &Cloud, device: &str) -> std::result::Result<Option<u16>, CallFailed> {
    let binding = cloud.line.bindings.of(device).pop().ok_or(CallFailed::NotRegistered)?;
    let to = SipAddr::new(binding.transport, binding.source.into());
    let asked = tokio::time::timeout(PATIENCE, ask(cloud, &binding.contact, to)).await;
    match asked {
        Ok(answered) => answered.map_err(|error| CallFailed::OnOurSide(error.to_string())),
        Err(_) => Ok(None),
    }
}

/// Asks every device whether it lives, as often as the habit `asksEvery` says (seconds); who keeps silent is forgotten.
pub(super) async fn around(cloud: &Cloud) {
    loop {
        let every = cloud.account().quirk_number("asksEvery");
        tokio::time::sleep(Duration::from_secs(every.unwrap_or(1).max(1))).await;
        let asked = every.map(|_| cloud.line.bindings.all()).into_iter().flatten();
        for (device, _) in asked {
            let status = lives(cloud, &device).await.ok().flatten();
            if status.is_none() {
                cloud.line.bindings.unbind(&device, None);
            }
            cloud.line.events.tell(Event::Asked { device, status });
        }
    }
}

async fn ask(cloud: &Cloud, contact: &str, to: SipAddr) -> Result<Option<u16>> {
    let endpoint = &cloud.line.dialogs.endpoint;
    let contact: Uri = contact.try_into()?;
    let ours: Uri = format!("sip:ping@{}", cloud.line.address).try_into()?;
    let from = From { display_name: None, uri: ours, params: vec![] }.with_tag("ping".into());
    let addressed = To { display_name: None, uri: contact.clone(), params: vec![] };
    let via = endpoint.get_via(None, None)?;
    let request = endpoint.make_request(Method::Options, contact, via, from, addressed, 1, None);
    let key = TransactionKey::from_request(&request, TransactionRole::Client)?;
    let mut transaction = Transaction::new_client(key, request, endpoint.clone(), None);
    transaction.destination = Some(to);
    transaction.send().await?;
    while let Some(message) = transaction.receive().await {
        if let SipMessage::Response(answer) = message
            && answer.status_code.code() >= 200
        {
            return Ok(Some(answer.status_code.code()));
        }
    }
    Ok(None)
}
