//! Every way the switchboard says no, and the one place where a refusal becomes a SIP status.

use media::sdp::Unacceptable;

use crate::defence::WhyRefused;
use crate::dialling::{Barred, DialledRefused, Held, Sort};
use crate::register::RegisterRefused;
use crate::route::RouteRefused;

/// Why a request is refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Refused {
    /// The login or password is wrong, and the nonce was good.
    WrongPassword,
    /// The login is right and may not be used from there.
    NotFromHere,
    /// The login is right and may only be used over TLS.
    NotEncrypted,
    /// A phone speaks for somebody else, or for a domain that is not ours.
    Forbidden,
    /// Registering did not work.
    Register(RegisterRefused),
    /// There is no way to whom was dialled.
    Route(RouteRefused),
    /// The same call from outside is here already (RFC 3261 8.2.2.2).
    Merged,
    /// It went round in circles.
    TooManyHops,
    /// The session description cannot be read.
    BadOffer,
    /// Its voice is of a kind that is not relayed.
    Offer(Unacceptable),
    /// No voice ports left.
    NoPorts,
    /// One more call, and those that there are would suffer.
    Strained,
    /// Too many requests of ours are under way.
    Full,
    /// A request for a call that does not exist.
    NoSuchCall,
    /// Another change of the same call is under way.
    Pending,
    /// Another change of the same phone waits for its answer.
    TooSoon,
    /// It wants signs of life more often than the box gives them (RFC 4028 6).
    SessionTooShort,
    /// A transfer to what cannot be called.
    BadTarget,
    /// A mailbox has the call, which nobody else can take part in.
    AtMailbox,
    /// Somebody calls for help in that call: it stays as it is.
    ForHelp,
    /// A call for help was rehearsed: the phone shows what would have become of it.
    Rehearsed,
    /// Somebody answered the call that was to be picked up only while it rings (RFC 3891 3).
    AlreadyAnswered,
    /// A text that fits into no datagram.
    TooLong,
    /// Its number is lower than one already seen in the same dialog.
    OutOfOrder,
    /// The box is shutting down.
    Closing,
    /// News of a kind that is not served (RFC 6665 8.3.2).
    BadEvent,
    /// News in a form that their watcher does not read.
    NotReadable,
    /// A watcher or a publisher wants to come back too often.
    TooBrief,
    /// One device watches or publishes more than any phone does.
    TooManySubscriptions,
    /// A body that is not what it says it is.
    BadDocument,
    /// A phone wants calls forwarded, which only the account can do.
    NoForwarding,
    /// A published state that is not there any more (RFC 3903 11.2.1).
    Outdated,
}

impl Refused {
    /// The status a phone sees.
    pub(crate) fn status(self) -> u16 {
        match self {
            Self::BadOffer
            | Self::BadTarget
            | Self::BadDocument
            | Self::Register(RegisterRefused::BadContact) => 400,
            Self::WrongPassword
            | Self::NotFromHere
            | Self::NotEncrypted
            | Self::Forbidden
            | Self::ForHelp
            | Self::AtMailbox
            | Self::TooManySubscriptions
            | Self::Register(RegisterRefused::TooManyContacts) => 403,
            Self::NotReadable => 406,
            Self::Outdated => 412,
            Self::TooLong => 413,
            Self::SessionTooShort => 422,
            Self::TooBrief | Self::Register(RegisterRefused::TooBrief) => 423,
            Self::Register(RegisterRefused::FirstHop) => 439,
            Self::Rehearsed => 480,
            Self::NoSuchCall => 481,
            Self::Merged => 482,
            Self::TooManyHops => 483,
            Self::AlreadyAnswered => 486,
            Self::Offer(_) => 488,
            Self::BadEvent => 489,
            Self::Pending => 491,
            Self::TooSoon | Self::OutOfOrder | Self::Register(RegisterRefused::OutOfOrder) => 500,
            Self::NoForwarding => 501,
            Self::NoPorts | Self::Strained | Self::Full | Self::Closing => 503,
            Self::Route(refused) => refused.status(),
        }
    }

    /// What there is not enough of, in the numbers of the telephone network (ITU-T Q.850, RFC 6432): 34, no channel;
    /// 42, no room in the exchange.
    pub(crate) fn shortage(self) -> Option<u8> {
        let channel = [RouteRefused::LinesBusy, RouteRefused::Barred(Barred::UplinkFull)].map(Self::Route);
        let exchange = [Self::NoPorts, Self::Strained, Self::Full];
        let cause = |among: &[Self], cause| among.contains(&self).then_some(cause);
        cause(&channel, 34).or_else(|| cause(&exchange, 42))
    }

    /// What the phone's display or trace may say about it (RFC 3261 20.43, code 399).
    pub(crate) fn explanation(self) -> Option<&'static str> {
        match self {
            Self::NotFromHere => Some("this login may not be used from this network"),
            Self::NotEncrypted => Some("this login may only be used over TLS"),
            Self::ForHelp => Some("an emergency call stays as it is"),
            Self::AtMailbox => Some("a mailbox has this call"),
            Self::Rehearsed => Some("rehearsal of an emergency call: the text says what would happen"),
            Self::Forbidden => Some("this login may not speak for that address"),
            Self::Register(RegisterRefused::TooManyContacts) => {
                Some("this login is registered in too many places")
            }
            Self::Route(refused) => refused.explanation(),
            Self::Offer(why) => Some(match why {
                Unacceptable::NoAudio => "no audio is offered",
                Unacceptable::Transport => "audio is offered over a transport that is not relayed",
                Unacceptable::Keys => "this call needs encrypted audio with keys that can be used here",
                Unacceptable::KeysOff => "encrypted audio needs a login over TLS, or srtp in its rule",
            }),
            Self::NoPorts => Some("all voice ports are in use"),
            Self::Strained => Some("this box carries as many calls as it can"),
            Self::Closing => Some("the telephone system is restarting"),
            Self::TooManySubscriptions => Some("this device watches too much"),
            Self::NoForwarding => Some("forwarding is set in the account"),
            Self::WrongPassword
            | Self::Register(_)
            | Self::TooManyHops
            | Self::Merged
            | Self::BadOffer
            | Self::Full
            | Self::NoSuchCall
            | Self::Pending
            | Self::BadEvent
            | Self::NotReadable
            | Self::TooBrief
            | Self::BadDocument
            | Self::Outdated
            | Self::TooSoon
            | Self::BadTarget
            | Self::TooLong
            | Self::AlreadyAnswered
            | Self::SessionTooShort
            | Self::OutOfOrder => None,
        }
    }
}

impl RouteRefused {
    /// The status a phone sees when there is no way to whom was dialled.
    pub(crate) fn status(self) -> u16 {
        match self {
            Self::Barred(Barred::UplinkFull)
            | Self::NoOutsideLine
            | Self::LinesDown
            | Self::LinesBusy
            | Self::NoEmergencyLine => 503,
            Self::Barred(_) => 403,
            Self::Incomplete | Self::Dialled(DialledRefused::TooShort | DialledRefused::NoArea) => 484,
            Self::NotFound | Self::Dialled(_) => 404,
            Self::NoAnonymous => 433,
            Self::NotRegistered | Self::NoVoicemail | Self::NoFax => 480,
            Self::Circle => 483,
            Self::Busy | Self::LineFull => 486,
            Self::CallerBlocked => 603,
        }
    }

    /// What stands in the way, where the status alone does not say it.
    pub(crate) fn explanation(self) -> Option<&'static str> {
        Some(match self {
            Self::NoOutsideLine => "this box has no outside line",
            Self::LinesDown => "the outside lines do not work at the moment",
            Self::LinesBusy => "all outside lines are in use",
            Self::NoEmergencyLine => "this box cannot connect emergency calls",
            Self::Dialled(why) => why.explanation(),
            Self::Barred(why) => why.explanation(),
            Self::CallerBlocked => "this caller is turned away",
            Self::NoAnonymous => "hidden numbers are not put through",
            Self::NoVoicemail => "this box has no mailboxes",
            Self::NoFax => "a fax line takes no calls",
            Self::Circle => "the call is forwarded in a circle",
            Self::LineFull => "all places in the line are taken",
            Self::NotFound | Self::Incomplete | Self::NotRegistered | Self::Busy => return None,
        })
    }
}

impl Barred {
    /// Which rule stands in the way, and who can change it.
    #[must_use]
    pub const fn explanation(self) -> &'static str {
        match self {
            Self::Foreign => "the account allows no calls to other countries here",
            Self::Special => "the account allows no calls to special numbers here",
            Self::Charged => "the account allows no calls that cost money here",
            Self::Expensive => "the account allows no calls to expensive countries here",
            Self::Blocked => "the administrator has blocked these numbers",
            Self::Uncarried(Sort::Directory) => "the provider does not connect to directory enquiries",
            Self::Uncarried(Sort::Premium) => "the provider does not connect to 0900 and other dear numbers",
            Self::Uncarried(Sort::Mass) => "the provider does not connect to votes and games",
            Self::Uncarried(_) => "the provider does not connect to such numbers",
            Self::Held(Held::Person) => "too many calls within an hour; the administrator can allow more",
            Self::Held(Held::Abroad) => {
                "too many calls to other countries within an hour; the administrator can allow more"
            }
            Self::Held(Held::Premium) => {
                "too many calls to dear numbers within an hour; the administrator can allow more"
            }
            Self::Held(Held::House) => {
                "this house makes too many calls within an hour; the administrator can allow more"
            }
            Self::UplinkFull => "the internet connection carries no more calls",
        }
    }
}

impl DialledRefused {
    /// What is wrong with a number.
    pub(crate) const fn explanation(self) -> &'static str {
        match self {
            Self::NotANumber => "this is no telephone number",
            Self::UnknownCode => "there is no such code",
            Self::NoOutsideDigit => "dial the digit for an outside line first",
            Self::TooShort => "the number is too short",
            Self::TooLong => "the number is too long",
            Self::NoArea => "the area code is missing",
            Self::NoSuchCountry => "there is no such country code",
            Self::NoSuchNumber => "there are no such numbers",
        }
    }
}

impl WhyRefused {
    /// What a refused REGISTER tells the admin; nothing where the phone itself knows what to do next.
    pub(crate) fn of(refused: Refused) -> Option<Self> {
        let told = [
            (Refused::WrongPassword, Self::WrongPassword),
            (Refused::NotFromHere, Self::NotFromHere),
            (Refused::NotEncrypted, Self::NotEncrypted),
            (Refused::Forbidden, Self::ForSomebodyElse),
            (Refused::Register(RegisterRefused::TooManyContacts), Self::TooManyPlaces),
            (Refused::Register(RegisterRefused::TooBrief), Self::TooBrief),
            (Refused::Register(RegisterRefused::BadContact), Self::BadContact),
        ];
        told.into_iter().find(|(one, _)| *one == refused).map(|(_, why)| why)
    }
}

/// A Warning header (RFC 3261 20.43); code 399 is free text.
pub(crate) fn warning(text: &str) -> String {
    format!("399 gatehouse \"{text}\"")
}
