//! Being laid.
pub mod route;
