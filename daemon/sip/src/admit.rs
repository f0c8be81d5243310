//! Whether the box serves a request of this kind at all.

use crate::message::Message;
use crate::method::Method;
use crate::name::Name;
use crate::scan::trim;
use crate::view::Scheme;

/// What the box serves (RFC 3261 8.2).
#[derive(Debug, Clone, Copy)]
pub struct Serves<'a> {
    /// Methods, as they are listed in Allow.
    pub methods: &'a [Method<'static>],
    /// Extensions, as they are listed in Supported.
    pub extensions: &'a [&'a str],
    /// Kinds of body, as they are listed in Accept.
    pub bodies: &'a [&'a str],
}

/// Why a sound request is not served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum NotServed {
    /// A method the box does not serve (RFC 3261 8.2.1).
    #[error("method not served")]
    Method,
    /// Somebody asked for by other means than SIP or telephone (RFC 3261 8.2.2.1).
    #[error("URI scheme not served")]
    Scheme,
    /// Extensions demanded that the box does not have (RFC 3261 8.2.2.3).
    #[error("extension not served")]
    Extension,
    /// A body the box does not read (RFC 3261 8.2.3).
    #[error("body not served")]
    Body,
    /// An answer wanted in a form the box does not write (RFC 3261 8.2.3, 20.1).
    #[error("form of answer not served")]
    Answer,
    /// No hop left to pass the request on (RFC 3261 16.3).
    #[error("no hop left")]
    Hops,
}

impl NotServed {
    /// What the sender is told.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::Method => 405,
            Self::Scheme => 416,
            Self::Extension => 420,
            Self::Body => 415,
            Self::Answer => 406,
            Self::Hops => 483,
        }
    }
}

impl Serves<'_> {
    /// Looks at a valid request in the order of RFC 3261 8.2, after it was authenticated.
    ///
    /// # Errors
    /// [`NotServed`]; the refusal carries the header of [`Serves::explain`].
    pub fn admit(&self, request: &Message<'_>) -> Result<(), NotServed> {
        let Some(method) = request.method() else {
            return Ok(());
        };
        if !self.methods.contains(&method) {
            return Err(NotServed::Method);
        }
        if request.uri().is_none_or(|uri| matches!(uri.scheme, Scheme::Other(_))) {
            return Err(NotServed::Scheme);
        }
        let demands = !matches!(method, Method::Ack | Method::Cancel);
        if demands && self.foreign(request).next().is_some() {
            return Err(NotServed::Extension);
        }
        if !self.reads_body(request) {
            return Err(NotServed::Body);
        }
        if method == Method::Invite && !accepts_sdp(request) {
            return Err(NotServed::Answer);
        }
        Ok(())
    }

    /// The header that tells the sender what would have been served.
    #[must_use]
    pub fn explain(&self, why: NotServed, request: &Message<'_>) -> Option<(&'static str, String)> {
        match why {
            NotServed::Method => Some(("Allow", self.allow())),
            NotServed::Scheme | NotServed::Answer | NotServed::Hops => None,
            NotServed::Extension => {
                let foreign: Vec<_> = self.foreign(request).map(String::from_utf8_lossy).collect();
                Some(("Unsupported", foreign.join(", ")))
            }
            NotServed::Body => Some(("Accept", self.bodies.join(", "))),
        }
    }

    /// The value of Allow.
    #[must_use]
    pub fn allow(&self) -> String {
        let methods: Vec<_> =
            self.methods.iter().map(|method| String::from_utf8_lossy(method.token())).collect();
        methods.join(", ")
    }

    fn foreign<'m>(&self, request: &'m Message<'_>) -> impl Iterator<Item = &'m [u8]> {
        request
            .require()
            .filter(|word| !self.extensions.iter().any(|known| word.eq_ignore_ascii_case(known.as_bytes())))
    }

    fn reads_body(&self, request: &Message<'_>) -> bool {
        let plain = request
            .header(Name::ContentEncoding)
            .is_none_or(|encoding| encoding.is_empty() || encoding.eq_ignore_ascii_case(b"identity"));
        let known = self.bodies.iter().any(|kind| request.has_content_type(kind.as_bytes()));
        request.body().is_empty() || (plain && known)
    }
}

/// How many hops a request has left when we pass it on; 70 where the sender did not count (RFC 3261 16.6).
///
/// # Errors
/// [`NotServed::Hops`] when it had none.
pub fn hops_left(request: &Message<'_>) -> Result<u8, NotServed> {
    request.max_forwards().unwrap_or(70).checked_sub(1).ok_or(NotServed::Hops)
}

/// True unless the caller lists what it reads and a session description is not in the list.
fn accepts_sdp(request: &Message<'_>) -> bool {
    if request.header(Name::Accept).is_none() {
        return true;
    }
    request.words(Name::Accept).any(|word| {
        let kind = word.split(|&byte| byte == b';').next().map(trim).unwrap_or_default();
        [&b"application/sdp"[..], b"application/*", b"*/*"].iter().any(|fit| kind.eq_ignore_ascii_case(fit))
    })
}

#[cfg(test)]
mod tests;
