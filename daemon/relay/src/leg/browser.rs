//! A browser at a leg.
//!
//! ```text
//!   the door ── a proven check that nominates ──> a socket of its own, on the door's port
//!                                                  │ checks: answered, and consent to go on
//!                                                  │ DTLS: the association, until there are keys
//!                                                  └ voice and reports: like those of any leg with keys
//! ```
//!
//! A handshake is begun by the address that has proven itself, and by nobody else: strangers never reach the socket.

use super::channel::Channel;
use super::safe::Safe;
use super::{Leg, Path};
use crate::socket::MediaSocket;
use media::dtls::{Association, Identity};
use media::ice::{CONSENT, Check, Checked};
use media::sdp::Meeting;
use media::srtp::Keys;
use std::net::SocketAddr;
use std::time::Instant;

/// How far a leg is with its browser.
#[derive(Debug)]
pub(super) struct Browser {
    meeting: Meeting,
    /// None once it has failed.
    association: Option<Association>,
    pub(super) channel: Option<Channel>,
    /// When it last proved that it is there and wants to be spoken to: by a check, or by voice with the agreed keys. Phones ask
    /// once and then only speak.
    asked: Option<Instant>,
}

impl Browser {
    pub(super) fn awaited(meeting: &Meeting, identity: &Identity) -> Box<Self> {
        let association = Some(Association::awaits(meeting.fingerprint, identity));
        Box::new(Self { meeting: meeting.clone(), association, channel: None, asked: None })
    }

    /// Whether it is met as before, or anew with the same certificate: keys and association stay then (RFC 8842 4).
    pub(super) fn goes_on(&mut self, meeting: &Meeting) -> bool {
        let same = self.meeting.fingerprint == meeting.fingerprint;
        if same {
            self.meeting = meeting.clone();
        }
        same
    }

    /// Whether it may be spoken to (RFC 7675 5.1).
    pub(super) fn consents(&self, now: Instant) -> bool {
        self.asked.is_some_and(|asked| now.saturating_duration_since(asked) < CONSENT)
    }

    /// A check, if it is proven: what it means, and the answer.
    fn checked(&self, mut check: Check, source: SocketAddr) -> Option<(Checked, Vec<u8>)> {
        let Meeting { ours, theirs, .. } = &self.meeting;
        let proven = check.proves(ours, &theirs.name)?;
        Some((proven, check.answer(ours, source)?))
    }

    /// What comes to its own socket and is not voice.
    fn hear(&mut self, datagram: &[u8], now: Instant) -> Option<Keys> {
        let channel = self.channel.as_ref()?;
        if Check::is_one(datagram) {
            let (_, answer) = self.checked(Check::read(datagram)?, channel.peer()?)?;
            channel.send(&answer);
            self.asked = Some(now);
            return None;
        }
        let heard = self.association.as_mut()?.hear(now, datagram);
        self.speak();
        if heard.is_err() {
            self.association = None;
        }
        heard.ok().flatten()
    }

    /// Repeats what of a handshake seems to be lost.
    pub(super) fn repeat(&mut self, now: Instant) {
        let failed = self.association.as_mut().is_some_and(|association| association.repeat(now).is_err());
        self.speak();
        if failed {
            self.association = None;
        }
    }

    fn speak(&mut self) {
        let Some((association, channel)) = self.association.as_mut().zip(self.channel.as_ref()) else {
            return;
        };
        while let Some(datagram) = association.say() {
            channel.send(&datagram);
        }
    }
}

impl Leg {
    /// Prepares for the browser that signalling spoke of, or for none.
    pub(super) fn await_browser(
        &mut self,
        meeting: Option<&Meeting>,
        keys: Option<&Keys>,
        identity: Option<&Identity>,
    ) {
        let goes_on =
            meeting.zip(self.browser.as_mut()).is_some_and(|(meeting, browser)| browser.goes_on(meeting));
        if !goes_on {
            self.safe = Safe::renewed(self.safe.take().filter(|_| self.browser.is_none()), keys);
            self.browser =
                meeting.zip(identity).map(|(meeting, identity)| Browser::awaited(meeting, identity));
        }
    }

    /// Somebody at the door gives this leg's name. If it is the browser: what its check means, and the answer.
    pub(crate) fn checked(&self, check: Check, source: SocketAddr) -> Option<(Checked, Vec<u8>)> {
        self.browser.as_ref()?.checked(check, source)
    }

    /// Whether it speaks with its browser at this address already.
    pub(crate) fn speaks_with(&self, peer: SocketAddr) -> bool {
        let channel = self.browser.as_ref().and_then(|browser| browser.channel.as_ref());
        channel.and_then(Channel::peer) == Some(peer)
    }

    /// From now on the browser is spoken to through this socket, which is locked on it.
    pub(crate) fn meet(&mut self, socket: MediaSocket, peer: SocketAddr, now: Instant) {
        if let Some(browser) = &mut self.browser {
            browser.channel = Some(Channel::met(socket, peer, now));
            browser.asked = Some(now);
        }
    }

    /// Voice came that only it can have closed.
    pub(super) fn still_speaks(&mut self, now: Instant) {
        if let Some(browser) = &mut self.browser {
            browser.asked = Some(now);
        }
    }

    /// Whether a datagram is voice or a report; everything else is taken care of.
    pub(super) fn is_voice(
        &mut self,
        path: Path,
        datagram: &[u8],
        source: Option<SocketAddr>,
        now: Instant,
    ) -> bool {
        let Some(browser) = self.browser.as_mut().filter(|_| path == Path::Browser) else { return true };
        if !(Check::is_one(datagram) || Association::is_for(datagram)) {
            return self.safe.is_some();
        }
        let known = browser.channel.as_ref().and_then(Channel::peer);
        if (source.is_none() || source == known)
            && let Some(keys) = browser.hear(datagram, now)
        {
            self.safe = Safe::renewed(self.safe.take(), Some(&keys));
        }
        false
    }
}
