//! What an INVITE on a line carries besides the call itself, and what of it may be left out where a provider refuses it.

use emergency::Dress;
use sip::compose::Request;

use super::session::proposal;
use crate::wires::SUPPORTED;

/// What an INVITE on a line carries besides the call itself.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Carries {
    /// An ordinary call, kept alive by session timers.
    Usual(Shown),
    /// A call for help: the number that calls back reach is shown, whatever the phone wished to hide (NotrufV 4 (4)), and
    /// no timer can end it.
    Help(Dress),
}

/// Whether the one who is called learns the caller's number (RFC 3323).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Shown {
    Number,
    Nothing,
}

impl Carries {
    /// The INVITE with its headers. `least` is what the other end finds long enough for a session, 0 if it has not said so.
    pub(super) fn stated<'a>(self, invite: Request<'a>, offers: bool, least: u32) -> Request<'a> {
        match self {
            Self::Usual(shown) => {
                let invite = invite
                    .header("Supported", if offers { SUPPORTED } else { "timer, replaces" })
                    .header("Session-Expires", proposal(least).to_string());
                let invite = if shown == Shown::Nothing { invite.header("Privacy", "id") } else { invite };
                if least == 0 { invite } else { invite.header("Min-SE", least.to_string()) }
            }
            Self::Help(Dress::Bare) => invite,
            Self::Help(Dress::Full | Dress::WithoutPlace) => {
                invite.header("Privacy", "none").header("Priority", "emergency")
            }
        }
    }
}
