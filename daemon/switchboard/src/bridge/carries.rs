//! What an INVITE on a line carries besides the call itself, and what of it may be left out where a provider refuses it.

use std::borrow::Cow;
use std::sync::Arc;

use emergency::Dress;
use sip::compose::Request;
use sip::package::multipart::{self, Part};

use super::Names;
use super::session::proposal;
use crate::wires::{SUPPORTED, Wires};

/// What an INVITE on a line carries besides the call itself.
#[derive(Clone, Debug)]
pub(crate) enum Carries {
    /// An ordinary call, kept alive by session timers.
    Usual(Shown),
    /// A call for help: the number that calls back reach is shown, whatever the phone wished to hide (NotrufV 4 (4)), and
    /// no timer can end it.
    Help(Help),
}

/// Whether the one who is called learns the caller's number (RFC 3323).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Shown {
    Number,
    Nothing,
}

/// What a call for help says of itself.
#[derive(Clone, Debug)]
pub(crate) struct Help {
    /// How much of it.
    pub dress: Dress,
    /// `Resource-Priority`, for a provider that takes it.
    pub priority: Option<&'static str>,
    /// Where the caller stands; nothing where that cannot be sent.
    pub attached: Arc<[Attached]>,
}

/// A document beside the voice.
#[derive(Clone, Debug)]
pub(crate) struct Attached {
    pub named: Named,
    pub kind: Box<str>,
    pub body: Box<[u8]>,
}

/// Which header names a document.
#[derive(Clone, Debug)]
pub(crate) enum Named {
    /// `Geolocation`: where the box says the caller stands (RFC 6442 4.1).
    Place,
    /// The same, as the phone says it.
    PhonesPlace,
    /// `Call-Info`, for this purpose (RFC 7852 3).
    CallInfo(Box<str>),
}

/// A part that its reader may leave alone, so that no call fails for it.
const OPTIONAL: &str = "render;handling=optional";

impl Carries {
    /// The INVITE with its headers. `least` is what the other end finds long enough for a session, 0 if it has not said so.
    pub(super) fn stated<'a>(
        &self,
        invite: Request<'a>,
        names: &Names,
        (offers, least): (bool, u32),
        wires: &Wires,
    ) -> Request<'a> {
        match self {
            Self::Usual(shown) => {
                let invite = invite
                    .header("Supported", if offers { SUPPORTED } else { "timer, replaces" })
                    .header("Session-Expires", proposal(least).to_string());
                let invite = if *shown == Shown::Nothing { invite.header("Privacy", "id") } else { invite };
                if least == 0 { invite } else { invite.header("Min-SE", least.to_string()) }
            }
            Self::Help(Help { dress: Dress::Bare, .. }) => invite,
            Self::Help(help) => {
                let invite = invite.header("Privacy", "none").header("Priority", "emergency");
                let priority = help.priority.into_iter();
                let invite = priority.fold(invite, |invite, one| invite.header("Resource-Priority", one));
                help.names_documents(invite, names, &wires.domain)
            }
        }
    }

    /// Whether the one who is called must not learn who calls.
    pub(super) fn hides(&self) -> bool {
        matches!(self, Self::Usual(Shown::Nothing))
    }

    /// Kind and text of the body: the voice, and beside it what else there is.
    pub(super) fn body(
        &self,
        offer: Option<Vec<u8>>,
        names: &Names,
        wires: &mut Wires,
    ) -> Option<(Cow<'static, str>, Vec<u8>)> {
        let attached = self.attached();
        if attached.is_empty() {
            return offer.map(|offer| (Cow::Borrowed("application/sdp"), offer));
        }
        let voice = offer.as_deref().map(|body| Part {
            id: String::new(),
            kind: "application/sdp",
            disposition: "",
            body,
        });
        let documents = attached.iter().enumerate().map(|(at, one)| Part {
            id: id(at, names, &wires.domain),
            kind: &one.kind,
            disposition: OPTIONAL,
            body: &one.body,
        });
        let parts: Vec<_> = voice.into_iter().chain(documents).collect();
        let boundary = wires.seed.tag();
        Some((format!("multipart/mixed;boundary={boundary}").into(), multipart::write(&boundary, &parts)))
    }

    fn attached(&self) -> &[Attached] {
        match self {
            Self::Help(Help { dress: Dress::Full, attached, .. }) => attached,
            Self::Usual(_) | Self::Help(_) => &[],
        }
    }
}

impl Help {
    /// Names every document in the header that is for it.
    fn names_documents<'a>(&self, invite: Request<'a>, names: &Names, domain: &str) -> Request<'a> {
        if self.dress != Dress::Full || self.attached.is_empty() {
            return invite;
        }
        let named = self.attached.iter().enumerate();
        let invite = named.fold(invite, |invite, (at, one)| {
            let id = id(at, names, domain);
            match &one.named {
                // Who put it there is said by a name, never by an address (RFC 8787 4).
                Named::Place => invite.header("Geolocation", format!("<cid:{id}>;loc-src={domain}")),
                Named::PhonesPlace => invite.header("Geolocation", format!("<cid:{id}>")),
                Named::CallInfo(purpose) => {
                    invite.header("Call-Info", format!("<cid:{id}>;purpose={purpose}"))
                }
            }
        });
        invite
            .header("Geolocation-Routing", "yes")
            .header("Supported", "geolocation")
            .header("Accept", "application/sdp, application/pidf+xml")
            .header("MIME-Version", "1.0")
    }
}

/// The name of a document: no other call has it.
fn id(at: usize, names: &Names, domain: &str) -> String {
    format!("{at}.{}@{domain}", names.call_id)
}
