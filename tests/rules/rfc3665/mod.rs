//! RFC 3665, the basic call flows, as phones of the house see them; one test for each section.
//!
//! The box is every server of the RFC at once: registrar, both proxies, and the far end. It asks with 401
//! where a proxy says 407, since it answers calls itself (RFC 3261 22.2).

mod section_2;
mod section_3;
