//! What an outside line is, as account and configuration say.

use account::{DeviceId, E164, LineId, Secret, SipUser};
use sip::locate::Target;

/// One line to the world.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Line {
    /// Its name.
    pub id: LineId,
    /// What it is for.
    pub kind: LineKind,
    /// Who we are at the provider; stands in From (`7654321e4`).
    pub user: SipUser,
    /// The provider's domain, in From, To and numbers called (`sipgate.de`).
    pub domain: String,
    /// Where its requests go, the best first: the outbound proxies, or the registrar. Without any the line is down.
    pub servers: Vec<Target>,
    /// The password; a line without one is not registered, only reached, such as a gateway in the same network.
    pub password: Option<Secret>,
    /// Numbers it may show, the usual one first; without any the provider chooses.
    pub presents: Vec<E164>,
    /// How many calls it carries at once; nothing means as many as come.
    pub limit: Option<u16>,
}

/// What a line is for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum LineKind {
    /// The cloud's registration of one phone, which the box holds in its place: it carries that phone's calls out, and what
    /// arrives on it rings that phone.
    Device(DeviceId),
    /// A trunk: carries calls of everybody, and arriving calls name the number that was dialled.
    Trunk,
    /// A second provider or gateway, used when no other line can be.
    Backup,
}
