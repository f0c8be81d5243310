//! A call goes out on a line: how the line is asked, how it proves itself, and what happens when it cannot.
//!
//! ```text
//!   Ring with Outbound ──> INVITE ── 401, 407 ──> INVITE with proof ──> 18x, 200 as from a phone
//!                                 └─ 503, or nothing for 4 s ──> the next line of Call::lines
//! ```
//!
//! A call may ring several lines at once: each is a fork like any phone's, and [`Call::ring_also`] adds more at any time.

use std::time::{Duration, Instant};

use account::{LineId, Secret, SipUser};
use bytes::Bytes;
use media::relay::LegId;
use sip::compose::{Request, sip_uri};
use sip::digest::{Challenge, KeptChallenge, Login};
use sip::flow::Flow;
use sip::message::Message;
use sip::method::Method;
use sip::seed::Seed;
use sip::transaction::Priority;

use super::invite::begun;
use super::{Call, Carries, Cause, Fork, ForkState, Names, Need, Owner, Peer, Ring, Shown, Side, Stage};
use crate::dialling::Wish;
use crate::lines::{Bound, Line, News, Shows};
use crate::refusal::Refused;
use crate::route::RouteRefused;
use crate::wires::Wires;

/// A line that has not said anything by then is left alone; a provider confirms a call with 100 at once.
const PATIENCE: Duration = Duration::from_secs(4);

/// From of somebody who hides (RFC 3323 4.1).
const HIDDEN: &str = "\"Anonymous\" <sip:anonymous@anonymous.invalid>";

/// What stands for every way in which a line fails: phones play the tone for "all lines busy" (RFC 3261 21.5.3).
const LINE_FAILED: u16 = 502;

/// How a line is asked for somebody outside.
#[derive(Clone, Debug)]
pub(crate) struct Outbound {
    /// Who the provider knows us as; stands in From, or it refuses with 403.
    pub from: String,
    /// Where the line is registered, which is where the provider reaches us.
    pub contact: String,
    /// Stations that its calls visit, each a whole value.
    pub routes: Vec<String>,
    /// The number to show, as an address of the provider.
    pub identity: Option<String>,
    /// Where it stands.
    pub shows: Shows,
    /// What its INVITE carries besides the call itself.
    pub carries: Carries,
    /// Who we are when the provider asks, and the password; without one nothing is proven.
    pub login: Option<(SipUser, Secret)>,
    pub proof: Proof,
}

/// What the provider wanted proven on this call so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Proof {
    server: Option<Challenge>,
    proxy: Option<Challenge>,
    tries: u8,
}

/// A provider asks twice at most, once for each of its stations; more is due to old nonces.
const MOST_TRIES: u8 = 4;

impl Proof {
    /// Written down, for the next run of the box.
    pub(super) fn keep(&self) -> (Option<KeptChallenge>, Option<KeptChallenge>) {
        let keep = |challenge: &Option<Challenge>| challenge.as_ref().and_then(Challenge::keep);
        (keep(&self.server), keep(&self.proxy))
    }

    pub(super) fn resume(server: Option<&KeptChallenge>, proxy: Option<&KeptChallenge>) -> Self {
        Self { server: server.map(Challenge::resume), proxy: proxy.map(Challenge::resume), tries: 0 }
    }

    /// Takes up a challenge within a call, where the nonce at hand has had its time.
    fn renews(&mut self, refusal: &Message<'_>) -> bool {
        let Some(challenge) = Challenge::of(refusal) else { return false };
        let place = if refusal.status() == Some(407) { &mut self.proxy } else { &mut self.server };
        *place = Some(challenge);
        true
    }

    /// Takes up the challenge of a 401 or 407; false when it was answered before and the password is wrong.
    fn takes(&mut self, refusal: &Message<'_>) -> bool {
        let Some(challenge) = Challenge::of(refusal) else { return false };
        self.tries += 1;
        let place = if refusal.status() == Some(407) { &mut self.proxy } else { &mut self.server };
        let again = place.is_none() || challenge.is_stale();
        *place = Some(challenge);
        again && self.tries <= MOST_TRIES
    }
}

impl Outbound {
    /// A line as it is registered, asked for a call that carries this.
    pub(crate) fn of(line: &Line, bound: &Bound, carries: Carries) -> Self {
        Self {
            from: sip_uri(line.user.as_str(), &line.domain),
            contact: bound.contact.clone(),
            routes: bound.routes.clone(),
            identity: None,
            shows: line.manner.shows,
            carries,
            login: line.password.clone().map(|password| (line.user.clone(), password)),
            proof: Proof::default(),
        }
    }

    /// Who calls, for From: the line itself, or the caller's number where a gateway reads nothing else.
    fn caller(&self) -> String {
        match (self.shows, &self.identity) {
            (Shows::From, _) if self.carries.hides() => HIDDEN.to_owned(),
            (Shows::From, Some(number)) => format!("<{number}>"),
            (Shows::From | Shows::Preferred | Shows::Asserted, _) => format!("<{}>", self.from),
        }
    }

    /// The header with the caller's number, where it stands in one of its own.
    fn identified(&self) -> Option<(&'static str, String)> {
        let number = format!("<{}>", self.identity.as_ref()?);
        match self.shows {
            Shows::Preferred => Some(("P-Preferred-Identity", number)),
            Shows::Asserted => Some(("P-Asserted-Identity", number)),
            Shows::From => None,
        }
    }

    /// The headers that prove a request to be the line's.
    fn prove<'a>(
        &mut self,
        request: Request<'a>,
        method: Method<'_>,
        uri: &str,
        seed: &mut Seed,
    ) -> Request<'a> {
        let Some((user, password)) = &self.login else { return request };
        let login = Login { user: user.as_str(), password: password.expose() };
        let Proof { server, proxy, .. } = &mut self.proof;
        let asked = [server, proxy].into_iter().flatten();
        let headers = asked.filter_map(|challenge| challenge.answer(method, uri, login, &seed.tag()));
        headers.fold(request, |request, (name, value)| request.header(name, value))
    }
}

impl Peer {
    /// Starts a request within the dialog. A line that asked for the password before is not left to ask again.
    pub(super) fn request<'a>(&mut self, method: Method<'a>, wires: &mut Wires) -> Request<'a> {
        let request = wires.within(&mut self.dialog, method);
        let Some(line) = self.line.as_deref_mut() else { return request };
        let target = String::from_utf8_lossy(self.dialog.target()).into_owned();
        line.prove(request, method, &target, &mut wires.seed)
    }

    /// Whether this 401 or 407 to a request within the dialog can be answered; once for each request is for the asker to see to.
    pub(super) fn can_prove(&mut self, status: u16, refusal: Option<&Message<'_>>) -> bool {
        let Some((refusal, line)) = refusal.zip(self.line.as_deref_mut()) else { return false };
        matches!(status, 401 | 407) && line.login.is_some() && line.proof.renews(refusal)
    }

    /// Hangs up. Nobody waits for the answer.
    pub(super) fn say_bye(&mut self, now: Instant, reason: Option<&str>, wires: &mut Wires) {
        let bye = self.request(Method::Bye, wires);
        let bye = reason.into_iter().fold(bye, |bye, reason| bye.header("Reason", reason));
        // A box too full to say goodbye has said it all; the peer notices by the silence.
        let _ = wires.tx.request(now, self.dialog.flow(), bye.build(), Priority::Ordinary);
    }
}

impl Call {
    /// The INVITE for a line.
    pub(super) fn invitation_out(
        ring: &mut Ring,
        names: &Names,
        (hops, least): (u8, u32),
        offer: Option<Vec<u8>>,
        wires: &mut Wires,
    ) -> Bytes {
        let Some(line) = ring.outbound.as_deref_mut() else { return Bytes::new() };
        let (uri, flow) = (ring.contact.as_str(), ring.flow);
        let (from, contact) = (format!("{};tag={}", line.caller(), names.tag), format!("<{}>", line.contact));
        let invite = begun((uri, flow), (names, hops), (from, contact), wires).route_set(&line.routes);
        let invite =
            line.identified().into_iter().fold(invite, |invite, (name, one)| invite.header(name, one));
        let invite = line.carries.stated(invite, names, (offer.is_some(), least), wires);
        let invite = ring.came_by.iter().fold(invite, |invite, (name, value)| invite.header(name, value));
        let invite = line.prove(invite, Method::Invite, uri, &mut wires.seed);
        match &line.carries.body(offer, names, wires) {
            Some((kind, body)) => invite.body(kind, body).build(),
            None => invite.build(),
        }
    }

    /// A line's provider wants the password: it is asked again with the proof. False when that was tried already.
    pub(crate) fn prove(
        &mut self,
        now: Instant,
        place: usize,
        refusal: &Message<'_>,
        wires: &mut Wires,
    ) -> bool {
        // Which legs of a call for help are given up is not decided here.
        let for_help = self.is_for_help();
        let fork = self.forks.get_mut(place).filter(|fork| for_help || fork.is_open());
        let Some(fork) = fork else { return false };
        let least = fork.request.message().min_se().unwrap_or(0);
        let known = fork.outbound.as_mut().filter(|line| line.login.is_some());
        known.is_some_and(|line| line.proof.takes(refusal)) && self.ask_anew(now, place, least, wires)
    }

    /// Lines that are asked one after the other, as each turns out not to work; the first at once.
    pub(crate) fn ring_lines(&mut self, now: Instant, lines: Vec<Ring>, wires: &mut Wires) {
        self.lines = lines.into();
        self.ring_next_line(now, wires);
    }

    /// As its INVITE or what was dialled says.
    pub(crate) fn wants_to_be_shown(&self) -> Shown {
        let asks = self.asker.request.message().privacy().hides_caller();
        if asks || self.turn.wish == Wish::Hidden { Shown::Nothing } else { Shown::Number }
    }

    fn ring_next_line(&mut self, now: Instant, wires: &mut Wires) -> bool {
        let Some(ring) = self.lines.pop_front() else { return false };
        self.ring_also(now, vec![ring], wires);
        true
    }

    /// What the caller is to hear of a line's refusal: that the line failed is not that somebody is not there.
    pub(super) fn as_line(&mut self, place: usize, status: u16) -> u16 {
        let line = self.forks.get(place).is_some_and(|fork| fork.owner.line().is_some());
        if !line || !matches!(status, 401 | 407 | 408 | 500..=599) {
            return status;
        }
        self.turn.why = Refused::Route(RouteRefused::LinesDown).explanation();
        LINE_FAILED
    }

    /// A line's INVITE ended with this status; another line is asked if this one never got through to anybody.
    pub(super) fn tries_another_line(
        &mut self,
        now: Instant,
        place: usize,
        status: u16,
        wires: &mut Wires,
    ) -> bool {
        let Some(fork) = self.forks.get(place).filter(|fork| fork.owner.line().is_some()) else {
            return false;
        };
        let not_through = matches!(status, 403 | LINE_FAILED);
        let more = not_through && !fork.rang && self.stage == Stage::Ringing;
        more && self.ring_next_line(now, wires)
    }

    /// When the first line that says nothing is left alone.
    pub(super) fn patience(&self) -> Option<Instant> {
        if self.stage != Stage::Ringing {
            return None;
        }
        self.forks.iter().filter_map(|fork| fork.patience).min()
    }

    /// Lines that have not said anything are given up, and others asked.
    pub(super) fn lose_patience(&mut self, now: Instant, wires: &mut Wires) {
        while let Some(place) = self.forks.iter().position(|fork| fork.patience.is_some_and(|at| at <= now)) {
            let Some(fork) = self.forks.get_mut(place) else { return };
            fork.patience = None;
            if let ForkState::Open(key) = fork.state {
                wires.tx.cancel(now, key, &[]);
                wires.doubted.insert(fork.flow);
                self.refuse(now, place, 408, wires);
            }
        }
    }
}

/// What was silent so lately is silent now.
const JUST_NOW: Duration = Duration::from_secs(3);

impl Call {
    /// The way to the line whose voice this leg carries.
    pub(crate) fn line_behind(&mut self, leg: LegId) -> Option<Flow> {
        let [caller, _] = self.voice.as_ref()?.legs();
        let side = if leg == caller { Side::Caller } else { Side::Callee };
        self.owner(side)?.line()?;
        self.is_up().then(|| self.dialog(side).map(|dialog| dialog.flow())).flatten()
    }

    /// What became of a line.
    pub(crate) fn hear_of_line(&mut self, now: Instant, news: &News, wires: &mut Wires) {
        match news {
            News::Lost(flow) if self.hears_nothing(now, *flow) => self.cut(now, Cause::LineLost, wires),
            News::Lost(_) | News::Left(_) => {}
            News::Moved(line, flow) => self.move_line(line, *flow),
            News::Seen(flow) => self.offer_anew(now, *flow, wires),
        }
    }

    /// Whether it goes this way, or asks somebody there.
    pub(crate) fn is_over(&mut self, flow: Flow) -> bool {
        let rings = self.forks.iter().any(|fork| fork.is_open() && fork.flow == flow);
        let mut sides = [Side::Caller, Side::Callee].into_iter();
        rings || sides.any(|side| self.dialog(side).is_some_and(|dialog| dialog.flow() == flow))
    }

    /// Our address has changed: the provider is told where we are, and looks anew from where our voice comes. A call for help is
    /// left as it is, since a change that is refused could end it.
    fn offer_anew(&mut self, now: Instant, flow: Flow, wires: &mut Wires) {
        if self.need != Need::Ordinary || !self.is_up() || self.is_changing() {
            return;
        }
        for side in [Side::Caller, Side::Callee] {
            let line = self.owner(side).and_then(Owner::line).is_some();
            if line && self.dialog(side).is_some_and(|dialog| dialog.flow() == flow) {
                self.repeat_offer(now, side, wires);
            }
        }
    }

    /// Whether it talks over a line on this way, from which nothing comes.
    fn hears_nothing(&mut self, now: Instant, flow: Flow) -> bool {
        let Some((leg, at)) = self.quiet else { return false };
        now.saturating_duration_since(at) <= JUST_NOW && self.line_behind(leg) == Some(flow)
    }

    /// The line is reached another way from now on: what is said within the call goes there.
    fn move_line(&mut self, line: &LineId, flow: Flow) {
        for side in [Side::Caller, Side::Callee] {
            if self.owner(side).and_then(Owner::line) == Some(line)
                && let Some(dialog) = self.dialog(side)
            {
                dialog.move_to(flow);
            }
        }
    }
}

impl Fork {
    /// Until when a line may keep silent on an ordinary call.
    pub(super) fn patience_for(owner: &Owner, now: Instant) -> Option<Instant> {
        owner.line().map(|_| now + PATIENCE)
    }

    /// Something came from there: 100, or more than that.
    pub(super) fn hears(&mut self, status: u16) {
        self.patience = None;
        self.rang |= status > 100;
    }
}
