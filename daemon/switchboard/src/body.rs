//! The only body the switchboard reads: a session description (RFC 4566, RFC 3264).

use media::sdp::{Security, Session};
use sip::message::Message;

use crate::refusal::Refused;

/// The description a message carries; `None` when it carries none. Other kinds of body were refused before.
pub(crate) fn description(message: &Message<'_>) -> Result<Option<Session>, Refused> {
    if message.body().is_empty() || !message.has_content_type(b"application/sdp") {
        return Ok(None);
    }
    Session::parse(message.body()).map(Some).map_err(|_| Refused::BadOffer)
}

/// The offer a message makes, with voice that can be relayed to and from a leg with this security.
pub(crate) fn offer(message: &Message<'_>, security: Security) -> Result<Option<Session>, Refused> {
    let Some(session) = description(message)?.map(|session| session.under(security)) else { return Ok(None) };
    session.acceptable().map_err(Refused::Offer)?;
    Ok(Some(session))
}
