//! What phones tell each other about state: the documents of event packages (RFC 6665 7.2), without saying when to send them.
//!
//! ```text
//!   lamp      dialog_info   application/dialog-info+xml        RFC 4235
//!   place     geolocation   application/pidf+xml               RFC 4119, RFC 5139, RFC 5491
//!   presence  pidf          application/pidf+xml               RFC 3863, RFC 4480
//!   mailbox   mail          application/simple-message-summary RFC 3842
//!   reg       reginfo       application/reginfo+xml            RFC 3680
//!   lists     resource_list multipart/related, rlmi            RFC 4662
//!   features  feature       application/x-as-feature-event+xml BroadSoft, after ECMA-323
//!   profiles  profile       application/url, RFC 4483           RFC 6080
//!   voice     voice_report  application/vq-rtcpxr              RFC 6035
//!   transfer  sipfrag       message/sipfrag                    RFC 3420
//! ```
//!
//! Each document is a plain type that is written and read here. Whatever stands in a field, it stays in its field: writing
//! escapes, and reading is bounded, knows no entities beyond the five of XML and refuses document types.

pub mod dialog_info;
pub mod feature;
pub mod geolocation;
pub mod mail;
pub mod multipart;
pub mod pidf;
pub mod profile;
pub mod reginfo;
pub mod resource_list;
pub mod sipfrag;
pub mod voice_report;
pub mod xml;

pub use xml::Versioned;

/// Why a body is not the document it says it is. All of it is its sender's fault.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum DocumentRefused {
    /// More bytes, elements or levels than any honest document has.
    #[error("the document is too large")]
    TooLarge,
    /// Its grammar is broken, or it defines entities.
    #[error("the document is malformed")]
    Malformed,
    /// A sound document of another kind.
    #[error("another kind of document")]
    Foreign,
    /// Something that must be said is missing, or is not what it should be.
    #[error("{0} is missing or unreadable")]
    Value(&'static str),
}

#[cfg(test)]
mod tests;
