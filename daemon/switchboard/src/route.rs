//! Where a call goes: one pure function over the account and over who is registered and talking just now.
//!
//! ```text
//!   emergency? ── inside: login, extension, own number ── reach ──> steps
//!                 outside: dialling, may they? ───────────────────> one step
//! ```
//!
//! Emergency numbers are looked at before anything else, so no extension, number or rule of the account can shadow them.

mod reach;

use std::time::Duration;

use account::{ChannelId, Destination, Device, DeviceId, E164, Extension, Snapshot, VoicemailId};
use sip::view::{Scheme, Uri};

use crate::dialling::{self, Barred, DialledRefused, Outgoing, Outside, Payer, Standing, Wish, wish};

/// How long phones ring before the caller is told that nobody answers. Offices forward long before that.
pub const RING_FOR: Duration = Duration::from_secs(120);

/// How long a caller waits in line at most.
pub const LONGEST_WAIT: Duration = Duration::from_secs(30 * 60);

/// The German emergency numbers (§ 164 TKG): police and fire or ambulance.
const EMERGENCY: [&str; 2] = ["110", "112"];

/// What the switchboard knows about phones at this moment.
pub trait Presence {
    /// Whether the device has at least one live binding.
    fn registered(&self, device: &Device) -> bool;
    /// Whether the device asked not to be rung.
    fn silenced(&self, device: &DeviceId) -> bool;
    /// Whether the device takes part in a call, ringing included.
    fn busy(&self, device: &DeviceId) -> bool;
    /// Whether one more caller may wait in line for the agents of a channel.
    fn has_place(&self, channel: &ChannelId) -> bool;
}

/// Who calls.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Caller<'a> {
    /// A phone of the house.
    Phone(&'a DeviceId),
    /// Somebody outside, under this number unless it is hidden. They may dial into the house and nowhere else.
    World(Option<&'a E164>),
}

/// Who dials what, and by whose rules.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// As [`dialled`] reads it.
    pub dialled: &'a str,
    /// Who.
    pub caller: Caller<'a>,
    /// The account.
    pub house: &'a Snapshot,
    /// The admin's word on calls out of the house.
    pub outgoing: &'a Outgoing,
    /// What was called lately.
    pub standing: Standing<'a>,
}

/// What happens with a call, one step after the other until somebody answers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Route {
    /// What was reached.
    pub to: Reached,
    /// How the caller wants to be seen.
    pub wish: Wish,
    /// At least one.
    pub steps: Vec<Step>,
}

/// What was dialled.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Reached {
    /// Something in the account.
    Inside(Destination),
    /// Somebody else.
    Outside(Outside),
}

/// Whom to ring, and for how long; it also ends when nobody in it can answer any more.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Step {
    /// Whom.
    pub ring: Ring,
    /// How long.
    pub ring_for: Duration,
    /// Who had the call sent on to here; shown as its diversion (RFC 5806).
    pub by: Option<Destination>,
}

/// Whom a step rings.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Ring {
    /// These phones at once, each of them registered.
    Phones(Vec<DeviceId>),
    /// Somebody outside.
    Outside(Outside),
    /// Somebody outside, over the line that a call for help would take.
    AsHelp(Outside),
    /// A box that takes a message.
    Mailbox(VoicemailId),
    /// The caller's own boxes, for listening.
    Messages,
    /// The agents of a channel, for whom the caller waits in line.
    Line {
        /// Whose line.
        channel: ChannelId,
        /// The agents' phones that could ring now. Where nobody can wait, as after a transfer, they ring at once.
        ready: Vec<DeviceId>,
    },
}

/// Why a call cannot be connected.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RouteRefused {
    /// An emergency number, and this box has no line that may carry it.
    NoEmergencyLine,
    /// A number outside the house, and this box has no outside line.
    NoOutsideLine,
    /// A number outside the house, and none of the lines that may carry it works now.
    LinesDown,
    /// A number outside the house, and every line that may carry it has as many calls as it can.
    LinesBusy,
    /// Nothing in the account answers to it.
    NotFound,
    /// Only the beginning of an extension.
    Incomplete,
    /// What was dialled is nobody's number.
    Dialled(DialledRefused),
    /// The caller may not, or not now.
    Barred(Barred),
    /// It exists, but none of its phones is registered.
    NotRegistered,
    /// The person takes no second call, or there is no other phone than the caller's own.
    Busy,
    /// The account turns this caller away.
    CallerBlocked,
    /// Who is called takes no calls from hidden numbers (RFC 5079).
    NoAnonymous,
    /// A message should be taken, and this box has no mailboxes.
    NoVoicemail,
    /// A fax line of the account; the box takes no faxes for it.
    NoFax,
    /// The forwardings lead back to where they came from.
    Circle,
    /// As many callers wait for the agents of a channel as can.
    LineFull,
}

impl Ask<'_> {
    fn payer(&self) -> Payer {
        match self.caller {
            Caller::Phone(device) => Payer::of(device, self.house),
            Caller::World(_) => Payer::House,
        }
    }

    fn admit(&self, payer: &Payer, outside: &Outside) -> Result<(), RouteRefused> {
        self.outgoing.admit(payer, outside, self.house, &self.standing).map_err(RouteRefused::Barred)
    }
}

impl Route {
    /// How long the first step rings.
    #[must_use]
    pub fn ring_for(&self) -> Duration {
        self.steps.first().map_or(RING_FOR, |step| step.ring_for)
    }

    /// The phones of the first step.
    #[must_use]
    pub fn phones(&self) -> &[DeviceId] {
        match self.steps.first().map(|step| &step.ring) {
            Some(Ring::Phones(phones) | Ring::Line { ready: phones, .. }) => phones,
            _ => &[],
        }
    }
}

/// No number and no login is longer; the rest of a longer text is cut off.
const LONGEST_DIALLED: usize = 64;

/// What was dialled: the user part of the Request-URI, unescaped and without its parameters (RFC 3261 19.1.6); the dots and
/// dashes that make a `tel:` number readable are left out (RFC 3966 5.1.1), and one with a context is read where it belongs.
#[must_use]
pub fn dialled(uri: &Uri<'_>) -> String {
    let user = uri.user_decoded().unwrap_or_default();
    let user = String::from_utf8_lossy(&user);
    let (name, params) = user.split_once(';').unwrap_or((&user, ""));
    let mark = |c: &char| uri.scheme == Scheme::Tel && matches!(c, '-' | '.' | '(' | ')');
    let dialled: String = name.chars().filter(|c| !mark(c)).take(LONGEST_DIALLED).collect();
    if is_emergency(&dialled) {
        return dialled;
    }
    match context(uri, params) {
        Some(context) => {
            dialling::in_context(&dialled, &context).unwrap_or_else(|| dialled + ";phone-context")
        }
        None => dialled,
    }
}

/// The part of the world that the number is stated for, if it is stated for one (RFC 3966 5.1.5).
fn context(uri: &Uri<'_>, of_user: &str) -> Option<String> {
    let behind = uri.params.value(b"phone-context").filter(|_| uri.scheme == Scheme::Tel);
    let context = behind.map(|context| String::from_utf8_lossy(context).into_owned()).or_else(|| {
        of_user.split(';').find_map(|param| param.strip_prefix("phone-context=")).map(str::to_owned)
    });
    context.filter(|context| context.starts_with('+'))
}

/// Decides where a call leads.
///
/// # Errors
/// [`RouteRefused`] names what stands in the way.
pub fn plan(ask: &Ask<'_>, presence: &impl Presence) -> Result<Route, RouteRefused> {
    let (wish, dialled) = wish(ask.dialled);
    if is_emergency(dialled) {
        return Err(RouteRefused::NoEmergencyLine);
    }
    let to = reached(&Ask { dialled, ..*ask })?;
    let steps = match &to {
        Reached::Inside(there) => reach::steps(ask, presence, there)?,
        Reached::Outside(outside) => {
            ask.admit(&ask.payer(), outside)?;
            vec![Step { ring: Ring::Outside(outside.clone()), ring_for: RING_FOR, by: None }]
        }
    };
    Ok(Route { to, wish, steps })
}

/// The way of a call from outside to somebody in the house.
pub(crate) fn plan_to(
    ask: &Ask<'_>,
    presence: &impl Presence,
    there: Destination,
) -> Result<Route, RouteRefused> {
    let steps = reach::steps(ask, presence, &there)?;
    Ok(Route { to: Reached::Inside(there), wish: Wish::AsUsual, steps })
}

/// To a number of the house's own over the line that a call for help would take.
pub(crate) fn as_help(ask: &Ask<'_>, to: &E164) -> Result<Route, RouteRefused> {
    let outside = ask.outgoing.spot(ask.house, ask.caller).read(to.as_str())?;
    ask.admit(&ask.payer(), &outside)?;
    let step = Step { ring: Ring::AsHelp(outside.clone()), ring_for: RING_FOR, by: None };
    Ok(Route { to: Reached::Outside(outside), wish: Wish::AsUsual, steps: vec![step] })
}

/// Whether this is a number that must reach the emergency services.
#[must_use]
pub fn is_emergency(dialled: &str) -> bool {
    EMERGENCY.contains(&dialled)
}

/// What answers to what was dialled: inside first, then outside.
pub(crate) fn reached(ask: &Ask<'_>) -> Result<Reached, RouteRefused> {
    let Ask { dialled, caller, house, outgoing, .. } = *ask;
    if let Caller::World(_) = caller {
        let there = own_number(dialled, house, outgoing).ok_or(RouteRefused::NotFound)?;
        return Ok(Reached::Inside(there));
    }
    if let Some(there) = inside(dialled, house) {
        return Ok(Reached::Inside(there));
    }
    let outside = match outgoing.spot(house, caller).read(dialled) {
        Ok(outside) => outside,
        Err(_) if house.begins_extension(dialled) => return Err(RouteRefused::Incomplete),
        Err(why) => return Err(why.into()),
    };
    let own = outside.number().and_then(|number| house.destination_of_number(number));
    Ok(own.map_or(Reached::Outside(outside), Reached::Inside))
}

/// What in the house answers to it.
pub(crate) fn destination(dialled: &str, house: &Snapshot) -> Result<Destination, RouteRefused> {
    let more = house.begins_extension(dialled);
    inside(dialled, house).ok_or(if more { RouteRefused::Incomplete } else { RouteRefused::NotFound })
}

/// A login, an extension, or one of the account's numbers in full.
fn inside(dialled: &str, house: &Snapshot) -> Option<Destination> {
    if let Some(device) = house.device_of_login(dialled) {
        return Some(Destination::Device(device.id.clone()));
    }
    let extension = dialled.parse::<Extension>().ok();
    extension
        .and_then(|extension| house.destination(&extension).cloned())
        .or_else(|| house.destination_of_number(&dialled.parse::<E164>().ok()?))
}

/// What a number of the account leads to, as lines write it: with its plus, without, or as dialled in the country.
pub(crate) fn own_number(called: &str, house: &Snapshot, outgoing: &Outgoing) -> Option<Destination> {
    let numbers = as_numbers(called, house, outgoing);
    numbers.into_iter().flatten().find_map(|number| house.destination_of_number(&number))
}

/// What a line may mean by a number: with its country code although the plus is missing, or as dialled in the country.
pub(crate) fn as_numbers(called: &str, house: &Snapshot, outgoing: &Outgoing) -> [Option<E164>; 2] {
    let whole = format!("+{}", called.trim_start_matches('+')).parse().ok();
    let read = outgoing.spot(house, Caller::World(None)).read(called).ok();
    [whole, read.and_then(|read| read.number().cloned())]
}

impl From<DialledRefused> for RouteRefused {
    fn from(why: DialledRefused) -> Self {
        Self::Dialled(why)
    }
}

#[cfg(test)]
mod tests;
