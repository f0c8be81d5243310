//! What a request asks for.

/// A request's method. Case matters: `invite` is not INVITE (RFC 3261 7.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method<'a> {
    /// Asks for a call, or changes one.
    Invite,
    /// Confirms the final answer to an INVITE.
    Ack,
    /// Ends a call.
    Bye,
    /// Takes back an INVITE that nobody answered yet.
    Cancel,
    /// Tells where a phone can be reached.
    Register,
    /// Asks what the other side can do; often a mere sign of life.
    Options,
    /// Confirms a provisional answer (RFC 3262).
    Prack,
    /// Asks to be told about something (RFC 6665).
    Subscribe,
    /// Tells about something (RFC 6665).
    Notify,
    /// Leaves a state with us (RFC 3903).
    Publish,
    /// Carries something within a call (RFC 6086).
    Info,
    /// Asks to call somebody else (RFC 3515).
    Refer,
    /// Carries a short text (RFC 3428).
    Message,
    /// Changes a call without a new INVITE (RFC 3311).
    Update,
    /// Anything else, as it stood in the message; to be answered 405.
    Other(&'a [u8]),
}

impl<'a> Method<'a> {
    /// Every method the box knows by name.
    pub const KNOWN: [Method<'static>; 14] = [
        Method::Invite,
        Method::Ack,
        Method::Bye,
        Method::Cancel,
        Method::Register,
        Method::Options,
        Method::Prack,
        Method::Subscribe,
        Method::Notify,
        Method::Publish,
        Method::Info,
        Method::Refer,
        Method::Message,
        Method::Update,
    ];

    /// Names the method of a token; the caller has checked that it is one.
    #[must_use]
    pub fn from_token(token: &'a [u8]) -> Self {
        match token {
            b"INVITE" => Self::Invite,
            b"ACK" => Self::Ack,
            b"BYE" => Self::Bye,
            b"CANCEL" => Self::Cancel,
            b"REGISTER" => Self::Register,
            b"OPTIONS" => Self::Options,
            b"PRACK" => Self::Prack,
            b"SUBSCRIBE" => Self::Subscribe,
            b"NOTIFY" => Self::Notify,
            b"PUBLISH" => Self::Publish,
            b"INFO" => Self::Info,
            b"REFER" => Self::Refer,
            b"MESSAGE" => Self::Message,
            b"UPDATE" => Self::Update,
            other => Self::Other(other),
        }
    }

    /// The method as it stands on the wire.
    #[must_use]
    pub const fn token(self) -> &'a [u8] {
        match self {
            Self::Invite => b"INVITE",
            Self::Ack => b"ACK",
            Self::Bye => b"BYE",
            Self::Cancel => b"CANCEL",
            Self::Register => b"REGISTER",
            Self::Options => b"OPTIONS",
            Self::Prack => b"PRACK",
            Self::Subscribe => b"SUBSCRIBE",
            Self::Notify => b"NOTIFY",
            Self::Publish => b"PUBLISH",
            Self::Info => b"INFO",
            Self::Refer => b"REFER",
            Self::Message => b"MESSAGE",
            Self::Update => b"UPDATE",
            Self::Other(token) => token,
        }
    }

    /// The same method without ties to the message, if the box knows it.
    #[must_use]
    pub fn known(self) -> Option<Method<'static>> {
        Self::KNOWN.into_iter().find(|known| known.token() == self.token())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_method_survives_the_wire() {
        for method in Method::KNOWN {
            assert_eq!(Method::from_token(method.token()), method);
        }
    }

    #[test]
    fn case_matters() {
        assert_eq!(Method::from_token(b"invite"), Method::Other(b"invite"));
        assert_eq!(Method::from_token(b"RE%47IST%45R").known(), None);
    }
}
