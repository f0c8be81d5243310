//! Where a phone can be reached just now (RFC 3261 10: a binding of an address of record to a contact).

use std::net::SocketAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::SipUser;

/// Which kind of wire carries SIP to a phone.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Wire {
    /// Datagrams.
    Udp,
    /// A plain stream.
    Tcp,
    /// A stream under TLS.
    Tls,
    /// WebSocket.
    Ws,
    /// WebSocket under TLS.
    Wss,
}

/// The way back to a phone: the very addresses its REGISTER came over, whatever its Contact claims.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Deserialize, Serialize)]
pub struct Reach {
    /// The kind of wire.
    pub wire: Wire,
    /// Our end.
    pub local: SocketAddr,
    /// The phone's end as we see it, after any address translation.
    pub peer: SocketAddr,
    /// Which connection, on streams; zero on UDP. It means nothing after a restart.
    pub connection: u64,
}

/// How much longer than the binding itself its record is kept, so that a phone that merely comes back in time needs no new one.
///
/// A box that comes back within this time after a power cut still knows every phone it had promised to know.
pub const KEPT_LONGER: Duration = Duration::from_secs(3600);

/// One phone at one place, as acknowledged to it.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
pub struct Binding {
    /// Whose address of record.
    pub user: SipUser,
    /// The Contact URI as the phone wrote it; requests to the phone carry it.
    pub contact: String,
    /// `+sip.instance` of the Contact (RFC 5626 4.1), so that a phone that moved replaces itself.
    pub instance: Option<String>,
    /// Which of its ways to us it means (`reg-id`, RFC 5626 4.2); a phone may keep several.
    #[serde(default)]
    pub reg_id: Option<u32>,
    /// Where it was reached from.
    pub reach: Reach,
    /// Call-ID of the REGISTER that made it (RFC 3261 10.3 step 7).
    pub call_id: String,
    /// CSeq of that REGISTER.
    pub cseq: u32,
    /// What the phone says it is; at most 128 characters.
    pub user_agent: String,
    /// How much longer it holds, counted from the moment the record is handed over, and again each time the phone comes back.
    pub remaining: Duration,
}
