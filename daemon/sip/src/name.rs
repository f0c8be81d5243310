//! Which header a line carries.

/// Lists the headers once; the enum, the names and the compact forms are all made from it.
macro_rules! headers {
    ($($variant:ident $text:literal $($short:literal)?;)*) => {
        /// A header the box knows by name; in any case and in its compact form (RFC 3261 7.3.3).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Name {
            $(#[doc = concat!("`", $text, "`")] $variant,)*
            /// A header that the box has no name for.
            Other,
        }

        impl Name {
            /// Every name with its long form, in the order of the enum.
            const LONG: &[(&'static str, Name)] = &[$(($text, Name::$variant),)*];

            /// The long form as we write it; empty for [`Name::Other`].
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Other => "",
                }
            }

            const fn of_letter(letter: u8) -> Self {
                match letter | 0x20 {
                    $($($short => Self::$variant,)?)*
                    _ => Self::Other,
                }
            }
        }
    };
}

headers! {
    Accept "Accept";
    AcceptContact "Accept-Contact" b'a';
    AcceptEncoding "Accept-Encoding";
    AcceptLanguage "Accept-Language";
    AlertInfo "Alert-Info";
    Allow "Allow";
    AllowEvents "Allow-Events" b'u';
    AuthenticationInfo "Authentication-Info";
    Authorization "Authorization";
    CallId "Call-ID" b'i';
    CallInfo "Call-Info";
    Contact "Contact" b'm';
    ContentDisposition "Content-Disposition";
    ContentEncoding "Content-Encoding" b'e';
    ContentLanguage "Content-Language";
    ContentLength "Content-Length" b'l';
    ContentType "Content-Type" b'c';
    CSeq "CSeq";
    Date "Date";
    Diversion "Diversion";
    ErrorInfo "Error-Info";
    Event "Event" b'o';
    Expires "Expires";
    FlowTimer "Flow-Timer";
    From "From" b'f';
    Geolocation "Geolocation";
    GeolocationError "Geolocation-Error";
    GeolocationRouting "Geolocation-Routing";
    HistoryInfo "History-Info";
    Identity "Identity" b'y';
    IdentityInfo "Identity-Info" b'n';
    InReplyTo "In-Reply-To";
    Join "Join";
    MaxForwards "Max-Forwards";
    MimeVersion "MIME-Version";
    MinExpires "Min-Expires";
    MinSe "Min-SE";
    Organization "Organization";
    PAccessNetworkInfo "P-Access-Network-Info";
    PAssertedIdentity "P-Asserted-Identity";
    PCalledPartyId "P-Called-Party-ID";
    PEarlyMedia "P-Early-Media";
    PPreferredIdentity "P-Preferred-Identity";
    Path "Path";
    Priority "Priority";
    Privacy "Privacy";
    ProxyAuthenticate "Proxy-Authenticate";
    ProxyAuthorization "Proxy-Authorization";
    ProxyRequire "Proxy-Require";
    RAck "RAck";
    Reason "Reason";
    RecordRoute "Record-Route";
    ReferSub "Refer-Sub";
    ReferTo "Refer-To" b'r';
    ReferredBy "Referred-By" b'b';
    RejectContact "Reject-Contact" b'j';
    RemotePartyId "Remote-Party-ID";
    Replaces "Replaces";
    ReplyTo "Reply-To";
    RequestDisposition "Request-Disposition" b'd';
    Require "Require";
    RetryAfter "Retry-After";
    Route "Route";
    RSeq "RSeq";
    Server "Server";
    ServiceRoute "Service-Route";
    SessionExpires "Session-Expires" b'x';
    SipEtag "SIP-ETag";
    SipIfMatch "SIP-If-Match";
    Subject "Subject" b's';
    SubscriptionState "Subscription-State";
    Supported "Supported" b'k';
    TargetDialog "Target-Dialog";
    Timestamp "Timestamp";
    To "To" b't';
    Unsupported "Unsupported";
    UserAgent "User-Agent";
    UserToUser "User-to-User";
    Via "Via" b'v';
    Warning "Warning";
    WwwAuthenticate "WWW-Authenticate";
}

/// Places of the hash table; a power of two, several times the number of names.
const SLOTS: usize = 512;

/// Where each name's search starts; computed by the compiler, so a look-up compares one or two names.
static TABLE: [Option<u8>; SLOTS] = table();

impl Name {
    /// Names the header of a field-name token.
    #[must_use]
    pub fn of(token: &[u8]) -> Self {
        let [first, .., last] = token else {
            return token.first().map_or(Self::Other, |&letter| Self::of_letter(letter));
        };
        let mut slot = slot(token.len(), *first, *last);
        while let Some(Some(place)) = TABLE.get(slot) {
            if let Some((text, name)) = Self::LONG.get(usize::from(*place))
                // Nearly everybody writes names as the standard does.
                && (token == text.as_bytes() || token.eq_ignore_ascii_case(text.as_bytes()))
            {
                return *name;
            }
            slot = (slot + 1) % SLOTS;
        }
        Self::Other
    }
}

const fn slot(length: usize, first: u8, last: u8) -> usize {
    let mixed = length * 37 + ((first | 0x20) as usize) * 59 + ((last | 0x20) as usize) * 7;
    mixed % SLOTS
}

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, which would refuse a wrong index")]
#[expect(clippy::cast_possible_truncation, reason = "there are fewer than 256 names")]
const fn table() -> [Option<u8>; SLOTS] {
    let mut table = [None; SLOTS];
    let mut place = 0;
    while place < Name::LONG.len() {
        let text = Name::LONG[place].0.as_bytes();
        let mut slot = slot(text.len(), text[0], text[text.len() - 1]);
        while table[slot].is_some() {
            slot = (slot + 1) % SLOTS;
        }
        table[slot] = Some(place as u8);
        place += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_in_any_case() {
        for (text, name) in Name::LONG {
            assert_eq!(Name::of(text.to_ascii_uppercase().as_bytes()), *name);
            assert_eq!(Name::of(text.to_ascii_lowercase().as_bytes()), *name);
        }
    }

    #[test]
    fn compact_forms_are_the_registered_ones() {
        let registered = [
            ('a', Name::AcceptContact),
            ('b', Name::ReferredBy),
            ('c', Name::ContentType),
            ('d', Name::RequestDisposition),
            ('e', Name::ContentEncoding),
            ('f', Name::From),
            ('i', Name::CallId),
            ('j', Name::RejectContact),
            ('k', Name::Supported),
            ('l', Name::ContentLength),
            ('m', Name::Contact),
            ('n', Name::IdentityInfo),
            ('o', Name::Event),
            ('r', Name::ReferTo),
            ('s', Name::Subject),
            ('t', Name::To),
            ('u', Name::AllowEvents),
            ('v', Name::Via),
            ('x', Name::SessionExpires),
            ('y', Name::Identity),
        ];
        for (letter, name) in registered {
            assert_eq!(Name::of(&[letter as u8]), name);
            assert_eq!(Name::of(&[letter.to_ascii_uppercase() as u8]), name);
        }
        assert_eq!(Name::of(b"z"), Name::Other);
    }

    #[test]
    fn a_foreign_header_has_no_name() {
        assert_eq!(Name::of(b"X-Door-Opener"), Name::Other);
        assert_eq!(Name::of(b""), Name::Other);
        assert_eq!(Name::of(b"Via2"), Name::Other);
    }
}
