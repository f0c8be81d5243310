//! Whether a message is worth an answer of more than one line.

use crate::message::{Message, Start};
use crate::method::Method;
use crate::name::Name;
use crate::scan::{elements, is_space};
use crate::view::{AuthParams, NameAddr, NamedDialog, Scheme, Via};

/// What is wrong with a message whose lines could be read. All of it is the sender's fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// Another version than SIP/2.0 (RFC 3261 7.1).
    #[error("version not supported")]
    Version,
    /// A Request-URI that is none, or that carries headers (RFC 3261 19.1.1).
    #[error("Request-URI malformed")]
    RequestUri,
    /// A header that every message must have is not there (RFC 3261 8.1.1).
    #[error("{} missing", .0.text())]
    Missing(Name),
    /// A header that can stand only once stands twice (RFC 3261 7.3.1).
    #[error("{} repeated", .0.text())]
    Repeated(Name),
    /// A header that matters cannot be read, or says a number out of range.
    #[error("{} malformed", .0.text())]
    Malformed(Name),
    /// CSeq names another method than the request (RFC 3261 8.1.1.5).
    #[error("CSeq names another method")]
    MethodMismatch,
    /// An answer that was meant for somebody before us (RFC 3261 8.1.3.3).
    #[error("more than one Via in an answer")]
    NotForUs,
}

impl Invalid {
    /// What a request's sender is told; invalid answers and ACKs are dropped instead.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::Version => 505,
            Self::RequestUri
            | Self::Missing(_)
            | Self::Repeated(_)
            | Self::Malformed(_)
            | Self::MethodMismatch
            | Self::NotForUs => 400,
        }
    }
}

/// Every message has these (RFC 3261 8.1.1). Max-Forwards is missing in phones of RFC 2543, so it may.
const MANDATORY: [Name; 5] = [Name::Via, Name::From, Name::To, Name::CallId, Name::CSeq];

/// Headers whose second line would make two readers disagree (RFC 3261 7.3.1).
const SINGLE: [Name; 20] = [
    Name::CallId,
    Name::ContentType,
    Name::CSeq,
    Name::Date,
    Name::Event,
    Name::Expires,
    Name::From,
    Name::Join,
    Name::MaxForwards,
    Name::MinExpires,
    Name::MinSe,
    Name::RAck,
    Name::ReferTo,
    Name::ReferredBy,
    Name::Replaces,
    Name::RSeq,
    Name::SessionExpires,
    Name::SubscriptionState,
    Name::Timestamp,
    Name::To,
];

impl Message<'_> {
    /// Checks that everything the box relies on is there once, readable and in range (RFC 3261 8.1.1, 8.2).
    ///
    /// Headers the box does not use are not judged: a wrong Date ends no call.
    ///
    /// # Errors
    /// The first fault found; [`Invalid::status`] says what the sender is told.
    pub fn validate(&self) -> Result<(), Invalid> {
        if !self.version().eq_ignore_ascii_case(b"SIP/2.0") {
            return Err(Invalid::Version);
        }
        self.check_start()?;
        let mut seen = 0_u128;
        for header in self.all_headers() {
            let bit = 1_u128 << (header.name as u32);
            let first = seen & bit == 0;
            if !first && SINGLE.contains(&header.name) {
                return Err(Invalid::Repeated(header.name));
            }
            seen |= bit;
            let readable = if header.name == Name::Via {
                self.hops_readable(header.value, first)
            } else {
                self.readable(header.name, header.value)
            };
            if !readable {
                return Err(Invalid::Malformed(header.name));
            }
        }
        if let Some(missing) = MANDATORY.into_iter().find(|&name| seen & (1 << (name as u32)) == 0) {
            return Err(Invalid::Missing(missing));
        }
        self.check_method()?;
        self.check_contacts()?;
        self.check_registered()?;
        let for_us = self.is_request() || self.vias().count() == 1;
        if for_us { Ok(()) } else { Err(Invalid::NotForUs) }
    }

    fn check_start(&self) -> Result<(), Invalid> {
        match self.start() {
            Start::Request { .. } => {
                self.uri().filter(|uri| uri.headers.is_empty()).map(|_| ()).ok_or(Invalid::RequestUri)
            }
            Start::Response { .. } => Ok(()),
        }
    }

    fn check_method(&self) -> Result<(), Invalid> {
        let named = self.cseq().map(|cseq| cseq.method);
        let fits = self.method().is_none_or(|method| named == Some(method));
        if fits { Ok(()) } else { Err(Invalid::MethodMismatch) }
    }

    /// The star stands alone and only in a REGISTER (RFC 3261 10.3).
    fn check_contacts(&self) -> Result<(), Invalid> {
        let all = || self.headers(Name::Contact).flat_map(elements);
        if !self.headers(Name::Contact).any(|value| value.contains(&b'*')) {
            return Ok(());
        }
        let registers = self.cseq().is_some_and(|cseq| cseq.method == Method::Register);
        let fits = !all().any(|contact| contact == b"*") || (registers && all().count() == 1);
        if fits { Ok(()) } else { Err(Invalid::Malformed(Name::Contact)) }
    }

    /// Only a SIP address can be registered (RFC 3261 10.2).
    fn check_registered(&self) -> Result<(), Invalid> {
        let fits = self.method() != Some(Method::Register) || self.to().is_some_and(is_sip);
        if fits { Ok(()) } else { Err(Invalid::Malformed(Name::To)) }
    }

    /// The newest hop has been taken apart already.
    fn hops_readable(&self, value: &[u8], newest: bool) -> bool {
        let well_formed = |via: Via<'_>| via.params.well_formed();
        let known = !newest || self.via().is_some_and(well_formed);
        known && elements(value).skip(usize::from(newest)).all(|hop| Via::parse(hop).is_some_and(well_formed))
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "all other headers are not ours to judge")]
    fn readable(&self, name: Name, value: &[u8]) -> bool {
        match name {
            Name::From => self.from().is_some_and(well_formed),
            Name::To => self.to().is_some_and(well_formed),
            Name::ReferTo | Name::ReferredBy => NameAddr::parse(value).is_some_and(well_formed),
            Name::Contact => elements(value)
                .all(|element| element == b"*" || NameAddr::parse(element).is_some_and(well_formed)),
            Name::Route | Name::RecordRoute | Name::Path | Name::ServiceRoute => {
                elements(value).all(|element| NameAddr::parse(element).is_some_and(is_sip))
            }
            Name::CSeq => self.cseq().is_some(),
            Name::CallId => !value.is_empty() && !value.iter().any(|&byte| is_space(byte)),
            Name::MaxForwards => self.max_forwards().is_some(),
            Name::RAck => self.rack().is_some(),
            Name::Join | Name::Replaces => NamedDialog::parse(value).is_some(),
            Name::Authorization | Name::ProxyAuthorization => AuthParams::parse(value).is_some(),
            _ => true,
        }
    }
}

fn well_formed(address: NameAddr<'_>) -> bool {
    address.params.well_formed()
}

fn is_sip(address: NameAddr<'_>) -> bool {
    matches!(address.uri.scheme, Scheme::Sip | Scheme::Sips)
}

#[cfg(test)]
mod tests;
