//! What the box's cable leads to: a namespace in which QEMU forwards the box's ports, phones register, and a cloud answers.
//!
//! ```text
//!   namespace                                                  QEMU's user network
//!     curl, sipp ──> 10.0.2.15:8443, :5060, voice ports ──────> box, 10.0.2.15 by DHCP
//!     practice cloud <── stunnel, https <── 127.0.0.1:4443 <─── 10.0.2.2:4443
//! ```

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use tests::{Guard, Lan, Place, PracticeCloud, program::in_tree, program::run};

/// Where voice passes; a call takes four ports.
pub(crate) const VOICE: std::ops::RangeInclusive<u16> = 20_000..=20_031;
/// The box has the same address outside as it has in QEMU's network, so that what it says of itself is true.
pub(crate) const BOX: Ipv4Addr = Ipv4Addr::new(10, 0, 2, 15);
/// The street, as the box sees it.
const BOX_SEES: Ipv4Addr = Ipv4Addr::new(10, 0, 2, 2);
/// Where the cloud is, as the box sees it.
pub(crate) const CLOUD: &str = "https://10.0.2.2:4443";

/// A network of its own for one box; gone with everything in it when dropped.
#[derive(Debug)]
pub(crate) struct Street {
    place: Place,
    _lan: Lan,
}

impl Street {
    pub(crate) fn new() -> Self {
        let mut lan = Lan::new();
        let (place, _) = lan.host("street", 1);
        let mut address = place.command("ip");
        address.args(["addr", "add", &format!("{BOX}/32"), "dev", "lo"]);
        run(address);
        Self { place, _lan: lan }
    }

    /// Where programs outside the box run.
    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    /// Where phones register.
    pub(crate) fn sip() -> SocketAddr {
        SocketAddr::from((BOX, 5060))
    }

    /// QEMU's network device with all forwarded ports.
    pub(crate) fn forwards() -> String {
        let tcp = [8443, 5060].map(|port| format!(",hostfwd=tcp::{port}-:{port}"));
        let udp = VOICE.chain([5060]).map(|port| format!(",hostfwd=udp::{port}-:{port}"));
        format!("user,id=house{}", tcp.into_iter().chain(udp).collect::<String>())
    }
}

/// A practice cloud in the street, behind https with a certificate of its own.
#[derive(Debug)]
pub(crate) struct Cloud {
    pub account: PracticeCloud,
    guard: Guard,
}

impl Cloud {
    pub(crate) fn on(street: &Street) -> Self {
        let office = in_tree("tests/practice/accounts/office.json");
        let account = PracticeCloud::start(street.place(), Ipv4Addr::LOCALHOST, &office);
        let guard =
            Guard::before(&account.api, street.place(), (Ipv4Addr::LOCALHOST, 4443).into(), BOX_SEES.into());
        Self { account, guard }
    }

    /// Whoever has this file trusts it.
    pub(crate) fn certificate(&self) -> PathBuf {
        self.guard.certificate()
    }
}
