//! The phone at the other end of one dialog.

use serde::{Deserialize, Serialize};
use sip::dialog::Dialog;
use sip::message::Message;
use sip::method::Method;
use sip::name::Name;

use super::outside::Outbound;
use super::session::Session;

/// One end of a call: our dialog with a phone, and what that phone can do.
#[derive(Debug)]
pub(crate) struct Peer {
    pub dialog: Dialog,
    pub skills: Skills,
    /// How it is kept alive, if that was agreed (RFC 4028).
    pub session: Option<Session>,
    /// How requests to it are proven, if it is a line that asked for that.
    pub line: Option<Box<Outbound>>,
}

/// What a phone says it can do, as far as the box makes use of it.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Skills {
    /// It takes UPDATE (RFC 3311).
    pub update: bool,
    /// It confirms provisional answers (RFC 3262).
    pub reliable: bool,
    /// It knows session timers (RFC 4028).
    pub timer: bool,
    /// It takes INFO (RFC 6086), as far as it says.
    #[serde(default)]
    pub info: bool,
}

impl Skills {
    /// What `message` says about its sender.
    pub(crate) fn of(message: &Message<'_>) -> Self {
        let mut skills = Self::default();
        skills.learn(message);
        skills
    }

    /// A phone that lists its methods or extensions again may have changed them; one that does not has not.
    pub(crate) fn learn(&mut self, message: &Message<'_>) {
        if message.header(Name::Allow).is_some() {
            let allows = |wanted| message.allow().any(|method| method == wanted);
            (self.update, self.info) = (allows(Method::Update), allows(Method::Info));
        }
        let named = |extension: &[u8]| {
            let mut words = message.supported().chain(message.require());
            words.any(|word| word.eq_ignore_ascii_case(extension))
        };
        if message.header(Name::Supported).is_some() || message.header(Name::Require).is_some() {
            (self.reliable, self.timer) = (named(b"100rel"), named(b"timer"));
        }
    }
}

impl Peer {
    pub(crate) fn new(dialog: Dialog, met: &Message<'_>) -> Self {
        Self { dialog, skills: Skills::of(met), session: None, line: None }
    }
}
