//! The box's own certificates: what the page and the telephones over TLS are shown, and the root they trust once.
//!
//! ```text
//!   data/tls ──> Root (ten years) ──> leaf (ninety days, renewed) ──> Certificates ──> page, telephones
//! ```
//!
//! Instead of the leaf, telephones may be shown what the admin [`installed()`].
//!
//! In go a directory, names and the time; out comes something that answers a TLS hello. It refuses to know who asks, and opens
//! no socket.

mod certificates;
mod house;
mod installed;
mod root;

pub use certificates::Certificates;
pub use installed::{InstalledRefused, authorities, installed};
pub use root::{CertificateFailed, Fingerprint, Root};
