//! The box around the telephone system: what an installer drops in, what the screen shows, and how a new version comes and goes.
//!
//! ```text
//!   drop zone ──> network.ini, account.ini ──> files for systemd           bundle ──> install ──> slot that does not run
//!   daemon, addresses ──> screen ──> HDMI, serial                         health ──> keep this version, or go back
//! ```
//!
//! In go files as people write them and bundles as they come; out come settings, text, and a version that was checked before anything
//! was switched. It refuses to know telephony.

mod account;
mod bundle;
mod install;
mod screen;
pub mod tryboot;
mod versions;

pub use account::{Account, AccountRefused};
pub use bundle::{About, Bundle, BundleRefused, Manifest, Part, head};
pub use install::{Disk, InstallFailed, Start, install};
pub use screen::{Facts, code_on, draw};
pub use versions::{Installed, installed};
