//! What an outside line is, as account and configuration say.

use std::sync::Arc;

use account::{DeviceId, E164, LineId, Secret, SipUser};
use sip::locate::Target;

use super::DialIn;
use crate::dialling::{Country, digits_of};

/// One line to the world.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Line {
    /// Its name.
    pub id: LineId,
    /// What it is for.
    pub kind: LineKind,
    /// Who we are at the provider; stands in From (`7654321e4`).
    pub user: SipUser,
    /// The provider's domain, in From, To and numbers called (`sipgate.de`).
    pub domain: String,
    /// Where its requests go, the best first: the outbound proxies, or the registrar. Without any the line is down.
    pub servers: Vec<Target>,
    /// The password; a line without one is not registered, only reached, such as a gateway in the same network.
    pub password: Option<Secret>,
    /// Numbers it may show, the usual one first; without any the provider chooses.
    pub presents: Vec<E164>,
    /// Numbers of the account whose calls go out over this trunk first, and only then over the line of the phone.
    pub carries: Arc<[E164]>,
    /// How many calls it carries at once; nothing means as many as come.
    pub limit: Option<u16>,
    /// How it wants numbers.
    pub manner: Manner,
    /// Whom its numbers ring that the account leads to nobody in the house; each of them is shown for whom it rings.
    pub dial_in: Arc<DialIn>,
    /// The number of the account that stands for every number the account does not know; without it calls for those are refused.
    pub rings: Option<E164>,
}

/// How a provider or gateway wants numbers.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Manner {
    /// How they are written, those called and those shown.
    pub numbers: Written,
    /// Where the caller's stands.
    pub shows: Shows,
}

/// How numbers are written for a line.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Written {
    /// With the country code: `+4930555010` is called, `4930555010` is shown.
    #[default]
    International,
    /// As people of the country dial them: `030555010`, `0033142685300`.
    National,
}

/// What names the caller to a line. Who hides is hidden in each.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Shows {
    /// `P-Preferred-Identity` (RFC 3325 9.2), beside the line's own name in From.
    #[default]
    Preferred,
    /// `P-Asserted-Identity` (RFC 3325 9.1), for a provider that trusts the box with it.
    Asserted,
    /// From itself, for gateways that read nothing else.
    From,
}

impl Line {
    /// Whether nothing has changed that the provider could notice.
    pub(crate) fn is_reached_as(&self, other: &Self) -> bool {
        let dial_in = Arc::clone(&other.dial_in);
        self == other || (self.dial_in != dial_in && Self { dial_in, ..self.clone() } == *other)
    }

    /// A number to be called, as the line wants it.
    #[must_use]
    pub fn calls(&self, number: &E164, country: &Country) -> String {
        match self.manner.numbers {
            Written::International => number.to_string(),
            Written::National => country.dials(number),
        }
    }

    /// A number to be shown, as the line wants it.
    #[must_use]
    pub fn shows(&self, number: &E164, country: &Country) -> String {
        match self.manner.numbers {
            Written::International => digits_of(number).to_owned(),
            Written::National => country.dials(number),
        }
    }
}

/// What a line is for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum LineKind {
    /// The cloud's registration of one phone, which the box holds in its place: it carries that phone's calls out, and what
    /// arrives on it rings that phone.
    Device(DeviceId),
    /// A trunk: carries calls of everybody, and arriving calls name the number that was dialled.
    Trunk,
    /// A second provider or gateway, used when no other line can be.
    Backup,
}
