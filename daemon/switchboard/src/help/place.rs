//! Where the caller stands, for the INVITE: what the box knows, then what the phone says itself.

use std::sync::Arc;
use std::time::Instant;

use emergency::{Document, Dress, Rung};
use media::sdp::Session;
use sip::flow::Transport;
use sip::message::Message;
use sip::name::Name;
use sip::package::geolocation::{self, Geolocation};
use sip::package::multipart::{self, Part};

use super::SECURITY;
use crate::body::offer;
use crate::bridge::{Attached, Help, Named};
use crate::lines::{Bound, Line};
use crate::refusal::Refused;
use crate::switchboard::Switchboard;

/// Documents of a phone that are passed on.
const MOST: usize = 4;
/// What blocks of data about a call are called (RFC 7852 11.1).
const BLOCKS: &str = "application/emergencycalldata.";
/// A call for help on its way to a control centre (RFC 7135 2).
const PRIORITY: &str = "esnet.1";

/// What a phone's INVITE for help carries.
#[derive(Debug, Default)]
pub(super) struct Carried {
    pub session: Option<Session>,
    pub attached: Vec<Attached>,
}

/// Where a caller stands, in all the ways in which that can be told.
#[derive(Clone, Debug, Default)]
pub(super) struct Stands {
    /// As the box knows it.
    pub known: Option<Arc<Document>>,
    /// As the phone says.
    pub stated: Arc<[Attached]>,
}

impl Carried {
    /// Takes the body apart. Of places what cannot be read, or contradicts itself, is left out; the voice must be sound.
    pub(super) fn by(request: &Message<'_>) -> Result<Self, Refused> {
        let kind = request.header(Name::ContentType).unwrap_or_default();
        if !kind.get(..10).is_some_and(|front| front.eq_ignore_ascii_case(b"multipart/")) {
            let alone = Part { id: String::new(), kind: text(kind), disposition: "", body: request.body() };
            let attached = place(&alone).into_iter().collect();
            return Ok(Self { session: offer(request, SECURITY)?, attached });
        }
        let parts = multipart::parse(kind, request.body()).map_err(|_| Refused::BadOffer)?;
        let attached = parts.iter().filter_map(|part| place(part).or_else(|| block(request, part)));
        let attached = attached.take(MOST).collect();
        let sdp = parts.iter().find(|part| part.kind.to_ascii_lowercase().starts_with("application/sdp"));
        let Some(sdp) = sdp else { return Ok(Self { session: None, attached }) };
        let session = Session::parse(sdp.body).map_err(|_| Refused::BadOffer)?.under(SECURITY);
        session.acceptable().map_err(Refused::Offer)?;
        Ok(Self { session: Some(session), attached })
    }
}

impl Switchboard {
    /// What is said of the caller on this line. Documents make an INVITE too long for UDP (RFC 3261 18.1.1).
    pub(super) fn told(
        &self,
        now: Instant,
        (line, bound): (&Line, &Bound),
        (rung, dress): (&Rung, Dress),
        stands: &Stands,
    ) -> Help {
        let understood = &self.help.ready.rules().understood;
        let priority = understood.takes_priority(&line.domain).then_some(PRIORITY);
        let fits = bound.flow.transport != Transport::Udp && understood.takes_place(&line.domain);
        if dress != Dress::Full || !fits {
            return Help { dress, priority, attached: Arc::default() };
        }
        let who = rung.number.as_ref().map_or(line.user.as_str(), |number| number.as_str());
        let wall = self.wires.clock.wall_at(now);
        let known = stands.known.as_ref().and_then(|known| known.at(who, &self.wires.domain, wall).ok());
        let known = known.map(|known| Attached {
            named: Named::Place,
            kind: geolocation::KIND.into(),
            body: known.into_bytes().into(),
        });
        Help { dress, priority, attached: known.into_iter().chain(stands.stated.iter().cloned()).collect() }
    }
}

/// A place that the phone says.
fn place(part: &Part<'_>) -> Option<Attached> {
    let kind = part.kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case(geolocation::KIND) {
        return None;
    }
    let said = Geolocation::parse(part.body).ok()?;
    said.places.iter().all(geolocation::Place::is_consistent).then(|| Attached {
        named: Named::PhonesPlace,
        kind: geolocation::KIND.into(),
        body: part.body.into(),
    })
}

/// Data about the call that the phone names in Call-Info (RFC 7852 3).
fn block(request: &Message<'_>, part: &Part<'_>) -> Option<Attached> {
    let data = part.kind.get(..BLOCKS.len()).is_some_and(|kind| kind.eq_ignore_ascii_case(BLOCKS));
    if !data
        || part.body.len() > geolocation::LONGEST
        || !part.kind.bytes().all(|byte| byte.is_ascii_graphic())
    {
        return None;
    }
    let here = format!("cid:{}", part.id);
    let infos = request.call_infos().find(|info| text(info.target).eq_ignore_ascii_case(&here))?;
    let purpose = infos.params.value(b"purpose").map(text).filter(|purpose| is_token(purpose))?;
    Some(Attached { named: Named::CallInfo(purpose.into()), kind: part.kind.into(), body: part.body.into() })
}

fn text(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).unwrap_or_default()
}

fn is_token(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(&byte))
}
