//! What descriptions say to and from browsers besides voice: how they are reached (RFC 8839) and what proves them (RFC 8122).

use super::line::words;
use crate::dtls::Fingerprint;
use crate::ice::Credentials;
use crate::srtp::LONGEST_KEY;
use std::net::IpAddr;

/// The name of our only medium in an offer of ours (RFC 5888 4).
const MEDIUM: &str = "0";
/// Longest name of a medium that is repeated.
const LONGEST_MEDIUM: usize = 32;
/// Of a host, the only one there is (RFC 8445 5.1.2.1).
const PRIORITY: u32 = 126 << 24 | 65_535 << 8 | 255;

/// Where all browsers reach us, and what proves that it is us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Door {
    /// Our port, one for voice and reports of all browsers.
    pub port: u16,
    /// Our certificate.
    pub fingerprint: Fingerprint,
}

/// How one leg meets its browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meeting {
    /// What the browser proves with that it was told of the leg.
    pub ours: Credentials,
    /// The browser's own.
    pub theirs: Credentials,
    /// The browser's certificate.
    pub fingerprint: Fingerprint,
}

/// The lines of one medium, or of the session before it, that matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Words {
    name: Option<Box<str>>,
    password: Option<Box<str>>,
    fingerprint: Option<Fingerprint>,
    /// `a=setup`: whether the writer can begin the handshake, as we only answer.
    waits: bool,
    medium: Option<Box<str>>,
}

impl Words {
    /// Learns from an attribute. Says whether it was one of these.
    pub(super) fn learn(&mut self, name: &[u8], value: &[u8]) -> bool {
        let word = || words(value).next().map(Box::<str>::from);
        match name {
            b"ice-ufrag" => self.name = word(),
            b"ice-pwd" => self.password = word(),
            b"fingerprint" => {
                let print = str::from_utf8(value).ok().and_then(Fingerprint::parse);
                self.fingerprint = print.or(self.fingerprint);
            }
            b"setup" => self.waits = !matches!(words(value).next(), Some("active" | "actpass")),
            b"mid" => self.medium = word().filter(|name| name.len() <= LONGEST_MEDIUM),
            _ => return false,
        }
        true
    }

    /// Who the writer is, if we can meet it.
    pub(super) fn browser(&self) -> Option<(Credentials, Fingerprint)> {
        let theirs = Credentials::told(self.name.as_deref()?, self.password.as_deref()?)?;
        self.fingerprint.filter(|_| !self.waits).map(|print| (theirs, print))
    }

    fn medium(&self) -> Option<&str> {
        self.medium.as_deref()
    }
}

/// Which part we take in the handshake (RFC 5763 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// In an offer, where the other side has to be left its choice (RFC 8842 5.2): `a=setup:actpass`. Pages choose to begin.
    Open,
    /// In an answer: `a=setup:passive`.
    Waits,
}

/// One leg's talk with its browser, over all offers and answers.
#[derive(Clone, Debug)]
pub(super) struct Talk {
    ours: Credentials,
    theirs: Option<(Credentials, Fingerprint)>,
    medium: Option<Box<str>>,
}

impl Talk {
    /// Before our first offer.
    pub(super) fn offering(random: &[u8; LONGEST_KEY]) -> Self {
        Self { ours: Credentials::drawn(random), theirs: None, medium: Some(MEDIUM.into()) }
    }

    /// The browser offers. It names itself anew when it wants to be reached anew, and so do we then (RFC 8445 9).
    pub(super) fn answering(
        before: Option<Self>,
        said: &Words,
        draw: impl FnOnce() -> [u8; LONGEST_KEY],
    ) -> Option<Self> {
        let theirs = said.browser()?;
        let kept = before.filter(|talk| talk.theirs.as_ref().is_none_or(|(before, _)| *before == theirs.0));
        let ours = kept.map_or_else(|| Credentials::drawn(&draw()), |talk| talk.ours);
        Some(Self { ours, theirs: Some(theirs), medium: said.medium().map(Into::into) })
    }

    /// The browser answers our offer.
    pub(super) fn answered(&mut self, said: &Words) -> bool {
        self.theirs = said.browser();
        self.theirs.is_some()
    }

    pub(super) fn meeting(&self) -> Option<Meeting> {
        let (theirs, fingerprint) = self.theirs.clone()?;
        Some(Meeting { ours: self.ours.clone(), theirs, fingerprint })
    }

    /// For an offer of ours.
    pub(super) fn offer(&self) -> BrowserLines {
        self.lines(Part::Open)
    }

    /// For our answer.
    pub(super) fn answer(&self) -> BrowserLines {
        self.lines(Part::Waits)
    }

    fn lines(&self, part: Part) -> BrowserLines {
        BrowserLines { ours: self.ours.clone(), medium: self.medium.clone(), part }
    }
}

/// What our description says to a browser besides voice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BrowserLines {
    ours: Credentials,
    medium: Option<Box<str>>,
    part: Part,
}

impl BrowserLines {
    /// Attributes of the session: we are lite (RFC 8839 5.3), and all media travel together (RFC 8843 7).
    pub(super) fn of_session(&self) -> impl Iterator<Item = String> {
        let bundle = self.medium.as_ref().map(|medium| format!("group:BUNDLE {medium}"));
        std::iter::once("ice-lite".to_owned()).chain(bundle)
    }

    /// Attributes of the voice: the browser begins the handshake, at our only candidate.
    pub(super) fn of_voice(&self, door: &Door, address: IpAddr) -> Vec<String> {
        let Door { port, fingerprint } = door;
        let medium = self.medium.as_ref().map(|medium| format!("mid:{medium}"));
        let setup = match self.part {
            Part::Open => "setup:actpass",
            Part::Waits => "setup:passive",
        };
        let lines = [
            format!("ice-ufrag:{}", self.ours.name),
            format!("ice-pwd:{}", self.ours.password()),
            format!("fingerprint:{fingerprint}"),
            setup.to_owned(),
            "rtcp-mux".to_owned(),
            format!("candidate:1 1 UDP {PRIORITY} {address} {port} typ host"),
            "end-of-candidates".to_owned(),
        ];
        medium.into_iter().chain(lines).collect()
    }
}
