//! Signs of life: each phone agrees with the box for itself how often its call is refreshed, and by whom (RFC 4028).

use std::time::{Duration, Instant};

use sip::compose::Response;
use sip::message::Message;
use sip::view::{Refresher, SessionExpires};

use super::{Call, Cause, Peer, Side, Stage};
use crate::refusal::Refused;
use crate::wires::Wires;

/// What the box proposes, in seconds (RFC 4028 4.2 recommends half an hour).
const USUAL: u32 = 1_800;
/// A phone that does not refresh is hung up on this long before its session ends, if a third of it is longer (RFC 4028 10).
const AHEAD: Duration = Duration::from_secs(32);

/// What was agreed with one phone.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Session {
    pub(super) seconds: u32,
    /// Whether the box refreshes; else the phone does.
    pub(super) ours: bool,
    /// The box has asked for a refresh; without an answer the session ends.
    pub(super) asked: bool,
    /// When the box refreshes, or gives the phone up.
    pub(super) due: Instant,
}

impl Session {
    fn new(now: Instant, seconds: u32, ours: bool) -> Self {
        let whole = Duration::from_secs(seconds.into());
        let due = if ours { now + whole / 2 } else { now + whole.saturating_sub(AHEAD.min(whole / 3)) };
        Self { seconds, ours, asked: false, due }
    }
}

/// The session a request proposes is one that the box would not keep.
pub(crate) fn long_enough(request: &Message<'_>) -> Result<(), Refused> {
    let seconds = request.session_expires().map(|asked| asked.seconds);
    if seconds.is_some_and(|seconds| seconds < SessionExpires::LEAST) {
        return Err(Refused::SessionTooShort);
    }
    Ok(())
}

/// What an INVITE of ours proposes; `least` comes from a phone that found it too short.
pub(super) fn proposal(least: u32) -> SessionExpires {
    SessionExpires { seconds: USUAL.max(least), refresher: None }
}

/// An answer of ours with what was agreed. A phone that is to refresh must know how (RFC 4028 9).
pub(super) fn with_session<'a>(response: Response<'a>, session: Option<SessionExpires>) -> Response<'a> {
    let Some(session) = session else { return response };
    let response = response.header("Session-Expires", session.to_string());
    if session.refresher == Some(Refresher::Uac) { response.header("Require", "timer") } else { response }
}

impl Peer {
    /// Agrees to a request of the phone; what our 2xx says about it (RFC 4028 9).
    ///
    /// Who asks refreshes, unless it wants us to; in a call that is up everything stays as it is.
    pub(super) fn agrees(&mut self, now: Instant, request: &Message<'_>) -> Option<SessionExpires> {
        if !self.skills.timer {
            self.session = None;
            return None;
        }
        let asked = request.session_expires();
        let seconds = asked.map_or(USUAL, |asked| asked.seconds).max(request.min_se().unwrap_or_default());
        let refresher = asked.and_then(|asked| asked.refresher);
        let ours = refresher.map_or_else(
            || self.session.is_some_and(|session| session.ours),
            |refresher| refresher == Refresher::Uas,
        );
        self.session = Some(Session::new(now, seconds.max(SessionExpires::LEAST), ours));
        let refresher = Some(if ours { Refresher::Uas } else { Refresher::Uac });
        Some(SessionExpires { seconds, refresher })
    }

    /// What the phone's 2xx to a request of ours says; without a word about it there is no session to keep.
    pub(super) fn agreed(&mut self, now: Instant, accepted: &Message<'_>) {
        self.session = accepted.session_expires().map(|said| {
            let ours = said.refresher != Some(Refresher::Uas);
            Session::new(now, said.seconds.max(SessionExpires::LEAST), ours)
        });
    }

    /// What a request of ours says about the session there is (RFC 4028 7.4).
    pub(super) fn proposes(&self) -> Option<SessionExpires> {
        let session = self.session?;
        let refresher = Some(if session.ours { Refresher::Uac } else { Refresher::Uas });
        Some(SessionExpires { seconds: session.seconds, refresher })
    }
}

impl Call {
    /// When the next phone has to be refreshed or given up.
    pub(super) fn session_deadline(&self) -> Option<Instant> {
        let callee = match self.stage {
            Stage::Talking(place) => self.forks.get(place).and_then(|fork| fork.peer.as_ref()),
            Stage::Ringing | Stage::Mailbox | Stage::Over => None,
        };
        let peers = std::iter::once(&self.asker.peer).chain(callee);
        peers.filter_map(|peer| peer.session).map(|session| session.due).min()
    }

    /// Refreshes the phones that we promised to refresh, and ends the call when one kept silent too long.
    pub(super) fn keep_alive(&mut self, now: Instant, wires: &mut Wires) {
        let for_help = self.is_for_help();
        for side in [Side::Caller, Side::Callee] {
            let Some(Peer { session: Some(session), .. }) = self.peer(side) else { continue };
            if session.due > now {
                continue;
            }
            let lost = !session.ours || session.asked;
            if lost && for_help {
                self.peer(side).into_iter().for_each(|peer| peer.session = None);
                continue;
            }
            if lost {
                return self.cut(now, Cause::Expired, wires);
            }
            (session.asked, session.due) = (true, now + Duration::from_secs(u64::from(session.seconds) / 3));
            self.refresh(now, side, wires);
        }
    }
}
