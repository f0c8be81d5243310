//! Why a line did not connect a call, in words that people can act upon and with the tone that a phone plays.

/// Why nobody could be reached outside.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Failure {
    /// Somebody talks there.
    Busy,
    /// It rang, and nobody came.
    NoAnswer,
    /// Switched off, without reception, or not registered.
    NotThere,
    /// Whoever was called refused.
    Declined,
    /// Nobody has this number.
    NoSuchNumber,
    /// The number was changed, and the network does not say to what.
    Changed,
    /// The number is not complete, or written in a way the network does not read.
    Incomplete,
    /// The account has nothing left to spend.
    NoCredit,
    /// The provider does not allow this call, or not with this caller's number.
    NotAllowed,
    /// The provider does not take our password any more.
    WrongPassword,
    /// All channels are taken, here or on the way.
    Congested,
    /// Nobody there speaks our kind of voice.
    NoCommonVoice,
    /// The provider or the network on the way is out of order, or does not answer.
    OutOfOrder,
}

/// What a caller hears when the network plays nothing itself.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Tone {
    /// Engaged.
    Busy,
    /// Faster: no way through.
    Congestion,
    /// Three rising tones: nothing to be reached under this number (ITU-T E.180).
    NoSuchNumber,
}

impl Failure {
    /// Reads a final answer of a line: its status, and the cause of the telephone network where it states one (`Q.850` in a Reason
    /// header, RFC 6432), which says more.
    #[must_use]
    pub fn of(status: u16, q850: Option<u16>) -> Self {
        q850.and_then(Self::of_cause).unwrap_or_else(|| Self::of_status(status))
    }

    /// ITU-T Q.850 2.2; causes that say nothing of their own (16, 31, 127) are left to the status.
    fn of_cause(cause: u16) -> Option<Self> {
        Some(match cause {
            1..=3 => Self::NoSuchNumber,
            17 => Self::Busy,
            18 | 19 => Self::NoAnswer,
            20 | 27 => Self::NotThere,
            21 => Self::Declined,
            22 => Self::Changed,
            28 => Self::Incomplete,
            34 | 42 | 44 | 47 => Self::Congested,
            38 | 41 | 102 => Self::OutOfOrder,
            50 | 52..=55 | 57 => Self::NotAllowed,
            58 | 65 | 79 | 88 => Self::NoCommonVoice,
            _ => return None,
        })
    }

    fn of_status(status: u16) -> Self {
        match status {
            486 | 600 => Self::Busy,
            408 | 487 => Self::NoAnswer,
            480 => Self::NotThere,
            603 | 607 | 608 => Self::Declined,
            404 | 416 | 485 | 604 => Self::NoSuchNumber,
            410 => Self::Changed,
            400 | 414 | 484 => Self::Incomplete,
            402 => Self::NoCredit,
            403 | 405 | 433 => Self::NotAllowed,
            401 | 407 => Self::WrongPassword,
            415 | 488 | 606 => Self::NoCommonVoice,
            503 => Self::Congested,
            _ => Self::OutOfOrder,
        }
    }

    /// What the phone is answered; phones choose their tone by it.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::Busy => 486,
            Self::NoAnswer | Self::NotThere => 480,
            Self::Declined => 603,
            Self::NoSuchNumber => 404,
            Self::Changed => 410,
            Self::Incomplete => 484,
            Self::NoCredit | Self::NotAllowed => 403,
            Self::NoCommonVoice => 488,
            Self::WrongPassword | Self::Congested | Self::OutOfOrder => 503,
        }
    }

    /// What the caller hears.
    #[must_use]
    pub const fn tone(self) -> Tone {
        match self {
            Self::Busy | Self::NoAnswer | Self::NotThere | Self::Declined => Tone::Busy,
            Self::NoSuchNumber | Self::Changed | Self::Incomplete => Tone::NoSuchNumber,
            Self::NoCredit
            | Self::NotAllowed
            | Self::WrongPassword
            | Self::Congested
            | Self::NoCommonVoice
            | Self::OutOfOrder => Tone::Congestion,
        }
    }

    /// What the phone may show, and whose turn it is.
    #[must_use]
    pub const fn explanation(self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::NoAnswer => "nobody answers",
            Self::NotThere => "cannot be reached at the moment",
            Self::Declined => "the call was declined",
            Self::NoSuchNumber => "nobody has this number",
            Self::Changed => "this number has changed",
            Self::Incomplete => "the number is not complete",
            Self::NoCredit => "the account has no credit left; top it up in the cloud",
            Self::NotAllowed => "the provider does not allow this call",
            Self::WrongPassword => "the provider does not take the password of the line",
            Self::Congested => "all lines are busy; try again in a moment",
            Self::NoCommonVoice => "the other side speaks no common kind of voice",
            Self::OutOfOrder => "the network is out of order; try again later",
        }
    }
}

#[cfg(test)]
mod tests;
