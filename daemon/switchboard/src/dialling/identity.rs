//! Which number is shown to those who are called, and how a line wants it written.

use account::rules::Shown;
use account::{Destination, DeviceId, E164, Snapshot};

use super::Wish;
use crate::lines::DialIn;

/// What those who are called learn of the caller.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Presented {
    /// This number.
    Number(E164),
    /// Nothing; the number is still told to the provider, who needs it for emergency calls and bills (RFC 3323 4.2).
    Hidden(Option<E164>),
    /// Whatever the provider chooses: the line may show no number that is known here.
    Chosen,
}

/// Who calls, or has a call sent on.
#[derive(Clone, Copy, Debug)]
pub struct Presenting<'a> {
    /// The account.
    pub house: &'a Snapshot,
    /// Who.
    pub who: &'a Destination,
    /// Which of his numbers the phone prefers (P-Preferred-Identity, RFC 3325 9.2), as it writes it.
    pub prefers: Option<&'a str>,
    /// What the caller dialled before the number, or his phone's `Privacy: id`.
    pub wish: Wish,
}

impl Presenting<'_> {
    /// The number for a line that may show these (the usual one first): what the phone prefers, if it is the caller's; what the
    /// account sets for the device; a number of the device, of its person, of a group or channel it rings for; one that is
    /// dialled in there for them; the line's own.
    #[must_use]
    pub fn on_line(&self, may_show: &[E164], dial_in: &DialIn) -> Presented {
        let number = self.wanted().find(|number| may_show.contains(number));
        let number = number.or_else(|| self.all().flat_map(|one| dial_in.numbers_of(&one)).next());
        let number = number.or_else(|| may_show.first()).cloned();
        let hidden = self.wish == Wish::Hidden || matches!(self.set(), Some(Shown::Nothing));
        match number {
            _ if hidden => Presented::Hidden(number),
            Some(number) => Presented::Number(number),
            None => Presented::Chosen,
        }
    }

    /// The number that the caller calls with, whatever line carries the call.
    #[must_use]
    pub fn number(&self) -> Option<&E164> {
        self.wanted().next()
    }

    /// Numbers that may be shown for the caller, the best first.
    fn wanted(&self) -> impl Iterator<Item = &E164> {
        let preferred = self.prefers.and_then(|written| {
            let digits = written.trim_start_matches('+');
            self.own_numbers().find(|number| !digits.is_empty() && digits_of(number) == digits)
        });
        let of_device = match self.set() {
            Some(Shown::Number(number)) => Some(number),
            Some(Shown::Nothing | Shown::Other(_)) | None => None,
        };
        preferred.into_iter().chain(of_device).chain(self.own_numbers())
    }

    /// What the account sets for the device.
    fn set(&self) -> Option<&Shown> {
        self.house.rules.senders.get(self.device()?)?.shows.as_ref()
    }

    fn device(&self) -> Option<&DeviceId> {
        if let Destination::Device(device) = self.who { Some(device) } else { None }
    }

    /// Every number that is his, the nearest first.
    fn own_numbers(&self) -> impl Iterator<Item = &E164> {
        self.all().flat_map(|one| self.house.numbers_of(&one))
    }

    /// All that calls to his numbers may lead to, the nearest first.
    fn all(&self) -> impl Iterator<Item = Destination> {
        let device = self.device().and_then(|device| self.house.devices.get(device));
        let person = device.and_then(|device| device.owner.clone()).map(Destination::User);
        let groups =
            device.into_iter().flat_map(|device| device.groups.iter().cloned()).map(Destination::Group);
        let channels = device.into_iter().flat_map(|device| {
            let all = self.house.rules.channels.values();
            all.filter(|channel| channel.rings(&device.id))
                .map(|channel| Destination::Channel(channel.id.clone()))
        });
        std::iter::once(self.who.clone()).chain(person).chain(groups).chain(channels)
    }
}

/// A number as providers want it in P-Preferred-Identity and Diversion: its digits and nothing else, `4930555010`.
#[must_use]
pub fn digits_of(number: &E164) -> &str {
    number.as_str().trim_start_matches('+')
}

/// Who had a call sent on, for a line in this domain (RFC 5806): `<sip:4930555010@sip.example>`.
#[must_use]
pub fn diversion(by: &E164, domain: &str) -> String {
    format!("<sip:{}@{domain}>", digits_of(by))
}

#[cfg(test)]
mod tests;
