//! The customer's telephone world as plain types: who works here, which phones they have, what to dial to reach them.
//!
//! ```text
//!   mirror ──assembles──> Snapshot ──Arc──> switchboard, page, command line
//!   switchboard ──> Binding, CallRecord ──> store
//! ```
//!
//! In go facts that the cloud stated or the box saw; out come look-ups that cannot fail half-way. It refuses to know
//! JSON, SIP messages, sockets, files and clocks.

pub mod binding;
pub mod channel;
pub mod dialling;
pub mod id;
pub mod message;
pub mod number;
pub mod object;
pub mod privacy;
pub mod record;
pub mod rules;
pub mod snapshot;
pub mod voice;

pub use binding::{Binding, KEPT_LONGER, Reach, Wire};
pub use channel::{Channel, ChannelMember, ChannelQueue, RingOrder};
pub use dialling::{Dialling, DiallingRefused};
pub use id::{
    AddressId, ChannelId, DeviceId, EndpointId, FaxlineId, GroupId, LineId, NumberId, PhonelineId, UserId,
    VoicemailId,
};
pub use message::VoiceMessage;
pub use number::{E164, Extension, SipUser};
pub use object::{
    Address, Balance, Credentials, Device, DeviceKind, Group, Identity, Number, NumberKind, Phoneline, User,
};
pub use privacy::{Redacted, Secret};
pub use record::{CallOutcome, CallParty, CallRecord, Side};
pub use rules::{
    AnonymousCallers, Answering, Blocklist, Faxline, Forwarding, GroupRules, LineRules, LocalPrefix,
    Restrictions, Rules, Sender, Shown, Target, Voicemail,
};
pub use snapshot::{Destination, Snapshot};
pub use voice::{CallVoice, LegVoice, PhoneVoice, Unheard};
