//! The keys of one leg over all its offers and answers (RFC 4568 5.1 and 7).
//!
//! ```text
//!   the phone offers    check ──> answer ──> lines for our answer
//!   we offer            offer ──> lines for our offer ──> answered
//!                                    either way: keys ──> the relay
//! ```
//!
//! A phone that repeats its key keeps ours; a new key of the phone is answered with a new one of ours.

use super::browser::{BrowserLines, Meeting, Talk};
use super::crypto::{Crypto, KeptCrypto};
use super::media::{Media, Transport};
use super::{Security, Unacceptable};
use crate::srtp::{Keys, LONGEST_KEY, MasterKey, Suite};
use serde::{Deserialize, Serialize};

/// What we offer, the best first. The 256-bit counter mode is left to phones that ask for it.
const OFFERED: [Suite; 4] =
    [Suite::AeadAes128Gcm, Suite::AesCm128Sha1With80, Suite::AeadAes256Gcm, Suite::AesCm128Sha1With32];

/// Where one leg's keys stand. Never share it between legs: each closes with keys of its own.
#[derive(Clone, Debug, Default)]
pub struct KeyAgreement {
    security: Security,
    /// The phone writes RTP/SAVP, so that we do too.
    insists: bool,
    /// Our lines in the last description of ours; an answer that is said again is an offer.
    told: Vec<Crypto>,
    agreed: Option<Agreed>,
    /// In place of all that, with a browser.
    browser: Option<Talk>,
}

#[derive(Clone, Debug)]
struct Agreed {
    ours: Crypto,
    theirs: Crypto,
}

/// A [`KeyAgreement`] as it is written down. Erased when dropped, never shown.
#[derive(Clone, Deserialize, Serialize)]
pub struct KeptKeys {
    security: Security,
    insists: bool,
    told: Vec<KeptCrypto>,
    agreed: Option<(KeptCrypto, KeptCrypto)>,
}

/// How a description of ours says that its voice is closed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyLines {
    pub(super) profile: Profile,
    pub(super) lines: Vec<Crypto>,
    pub(super) browser: Option<BrowserLines>,
}

/// What stands in the `m=` line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Profile {
    /// RTP/AVP or RTP/AVPF, as the other side wrote it.
    #[default]
    Plain,
    /// RTP/SAVP or RTP/SAVPF, as the other side would have it.
    Secure,
    /// Exactly as in the offer that this answers (RFC 3264 6).
    Answer(Transport),
}

impl std::fmt::Debug for KeptKeys {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("KeptKeys").field("security", &self.security).finish_non_exhaustive()
    }
}

impl KeyLines {
    fn to_browser(lines: BrowserLines) -> Self {
        let profile = Profile::Answer(Transport::Dtls);
        Self { profile, lines: Vec::new(), browser: Some(lines) }
    }

    /// Whether they are for a browser, who is met at our [`super::Door`].
    #[must_use]
    pub fn are_for_browser(&self) -> bool {
        self.browser.is_some()
    }

    /// The transport of our `m=` line, where the other side wrote `theirs`.
    pub(super) fn transport(&self, theirs: Transport) -> Transport {
        match self.profile {
            Profile::Plain => theirs.with_keys(false),
            Profile::Secure => theirs.with_keys(true),
            Profile::Answer(offered) => offered,
        }
    }
}

impl KeyAgreement {
    /// Nothing agreed yet.
    #[must_use]
    pub fn new(security: Security) -> Self {
        Self { security, ..Self::default() }
    }

    /// What holds for this leg.
    #[must_use]
    pub fn security(&self) -> Security {
        self.security
    }

    /// A phone refused keys beside RTP/AVP: they are offered as RTP/SAVP from now on. Says whether that is another offer.
    pub fn insist(&mut self) -> bool {
        self.security == Security::Optional && !std::mem::replace(&mut self.insists, true)
    }

    /// The same leg begins anew, with keys that nothing was closed with yet.
    #[must_use]
    pub fn anew(&self) -> Self {
        Self { security: self.security, insists: self.insists, ..Self::default() }
    }

    /// The lines of our answer to the phone's offer, or of our repeated one. `draw` gives random bytes fit for keys.
    ///
    /// # Errors
    /// [`Unacceptable`] when the phone's offer cannot be answered as this leg must be.
    pub fn answer(
        &mut self,
        offer: &Media,
        mut draw: impl FnMut() -> [u8; LONGEST_KEY],
    ) -> Result<KeyLines, Unacceptable> {
        offer.acceptable(self.security)?;
        if offer.transport == Transport::Dtls {
            (self.agreed, self.told) = (None, Vec::new());
            let talk = Talk::answering(self.browser.take(), &offer.browser, draw);
            return Ok(KeyLines::to_browser(self.browser.insert(talk.ok_or(Unacceptable::Keys)?).answer()));
        }
        self.browser = None;
        let profile = Profile::Answer(offer.transport);
        self.insists = offer.transport.has_keys();
        let Some(theirs) = offer.chosen_key(self.security) else {
            (self.agreed, self.told) = (None, Vec::new());
            return Ok(KeyLines { profile, ..KeyLines::default() });
        };
        let ours = self.ours_for(theirs, &mut draw);
        self.agreed = Some(Agreed { ours: ours.clone(), theirs: theirs.clone() });
        self.told = vec![ours];
        Ok(KeyLines { profile, lines: self.told.clone(), browser: None })
    }

    /// The lines of an offer of ours: once agreed, only the key in use again.
    pub fn offer(&mut self, mut draw: impl FnMut() -> [u8; LONGEST_KEY]) -> KeyLines {
        if self.security == Security::Browser || self.browser.is_some() {
            let talk = self.browser.get_or_insert_with(|| Talk::offering(&draw()));
            return KeyLines::to_browser(talk.offer());
        }
        let profile = match self.security {
            Security::Off | Security::Browser => return KeyLines::default(),
            Security::Optional if !self.insists => Profile::Plain,
            Security::Optional | Security::Required => Profile::Secure,
        };
        self.told = match &self.agreed {
            Some(agreed) => vec![agreed.ours.clone()],
            None => (1..)
                .zip(OFFERED)
                .map(|(tag, suite)| Crypto { tag, key: MasterKey::drawn(suite, draw()), mki: 0 })
                .collect(),
        };
        KeyLines { profile, lines: self.told.clone(), browser: None }
    }

    /// The phone answers our last offer.
    ///
    /// # Errors
    /// [`Unacceptable::Keys`] when it takes none of our lines and must, or one that we did not offer.
    pub fn answered(&mut self, answer: &Media) -> Result<(), Unacceptable> {
        if let Some(talk) = &mut self.browser {
            let met = answer.transport == Transport::Dtls && talk.answered(&answer.browser);
            return if met { Ok(()) } else { Err(Unacceptable::Keys) };
        }
        let taken = match (answer.crypto.as_slice(), answer.transport) {
            ([], Transport::Avp | Transport::Avpf) if self.security != Security::Required => None,
            ([theirs, ..], _) if self.security != Security::Off => Some(theirs),
            _ => return Err(Unacceptable::Keys),
        };
        self.insists = answer.transport.has_keys();
        let Some(theirs) = taken else {
            self.agreed = None;
            return Ok(());
        };
        let fits = |ours: &&Crypto| ours.tag == theirs.tag && ours.key.suite() == theirs.key.suite();
        let ours = self.told.iter().find(fits).ok_or(Unacceptable::Keys)?.clone();
        self.agreed = Some(Agreed { ours, theirs: theirs.clone() });
        Ok(())
    }

    /// What the relay needs, once agreed. Without keys the leg's voice travels open.
    #[must_use]
    pub fn keys(&self) -> Option<Keys> {
        let Agreed { ours, theirs } = self.agreed.as_ref()?;
        Some(Keys { ours: ours.key.clone(), theirs: theirs.key.clone(), mki: theirs.mki })
    }

    /// How the relay meets the browser that this was agreed on with.
    #[must_use]
    pub fn meeting(&self) -> Option<Meeting> {
        self.browser.as_ref()?.meeting()
    }

    /// What is agreed, written down: secret. What is agreed with a browser is not, as its page does not outlive us.
    #[must_use]
    pub fn keep(&self) -> KeptKeys {
        let agreed = self.agreed.as_ref();
        let crypto = |crypto: &Crypto| crypto.keep();
        KeptKeys {
            security: self.security,
            insists: self.insists,
            told: self.told.iter().map(crypto).collect(),
            agreed: agreed.map(|agreed| (agreed.ours.keep(), agreed.theirs.keep())),
        }
    }

    /// Goes on from what an earlier run wrote down; none if it makes no keys.
    #[must_use]
    pub fn resume(kept: &KeptKeys) -> Option<Self> {
        let told = kept.told.iter().map(Crypto::resume).collect::<Option<_>>()?;
        let agreed = match &kept.agreed {
            Some((ours, theirs)) => {
                Some(Agreed { ours: Crypto::resume(ours)?, theirs: Crypto::resume(theirs)? })
            }
            None => None,
        };
        Some(Self { security: kept.security, insists: kept.insists, told, agreed, browser: None })
    }

    fn ours_for(&self, theirs: &Crypto, draw: &mut impl FnMut() -> [u8; LONGEST_KEY]) -> Crypto {
        let kept = self.agreed.as_ref().filter(|agreed| agreed.theirs.key == theirs.key);
        let key = match kept {
            Some(agreed) => agreed.ours.key.clone(),
            None => MasterKey::drawn(theirs.key.suite(), draw()),
        };
        Crypto { tag: theirs.tag, key, mki: 0 }
    }
}
