//! What a journey is told with: the box, a cloud to practise on, phones that ring and speak, a LAN
//! to put them in, and judges that listen to what was said.
//!
//! ```text
//!   PracticeCloud ----HTTP, SIP----> Gatehouse <----SIP, RTP---- Phone   (baresip, with a voice)
//!                                        ^  ^------SIP, RTP---- Sipp    (many calls from one file)
//!                      Lan, Loopback     |-----------SIP------- Wire    (exactly these bytes)
//!                      (where they live)  Capture, Recording: what was really heard
//! ```
//! Nothing here knows the inside of the daemon: everything goes through sockets, files and the
//! command line, as for a customer. Whatever was started ends when its value is dropped.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::missing_panics_doc,
    clippy::print_stderr,
    reason = "a journey that cannot go on stops on the spot and says what it was waiting for; JSON answers null"
)]

pub mod browser;
pub mod capture;
pub mod cloud;
pub mod daemon;
pub mod digest;
pub mod guard;
pub mod lan;
pub mod linphone;
pub mod loopback;
pub mod outside;
pub mod phone;
pub mod program;
pub mod secure;
pub mod shelf;
pub mod sipp;
pub mod small_disk;
pub mod softphone;
pub mod stranger;
pub mod switch;
pub mod tone;
pub mod waiting;
pub mod wan;
pub mod wire;

pub use browser::{Browser, Theme};
pub use capture::Capture;
pub use cloud::{Login, PracticeCloud};
pub use daemon::Gatehouse;
pub use guard::Guard;
pub use lan::Lan;
pub use linphone::Linphone;
pub use loopback::Loopback;
pub use phone::Phone;
pub use program::{Place, Program};
pub use sipp::Sipp;
pub use small_disk::SmallDisk;
pub use softphone::Softphone;
pub use stranger::Stranger;
pub use switch::Switch;
pub use waiting::{Feed, PATIENCE, until, until_within};
pub use wan::Wan;
pub use wire::Wire;
