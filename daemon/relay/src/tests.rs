//! Real sockets on the loopback, two phones and sometimes a stranger. Addresses differ in the last byte.

#![expect(clippy::wildcard_enum_match_arm, reason = "a test looks for one event among many")]

mod attacks;
mod browsers;
mod calls;
mod cards;
mod ears;
mod evening;
mod fax;
mod keys_pressed;
mod life;
mod outliving;
mod recordings;
mod rooms;
mod secrets;
mod setting;
mod shortcut;
mod sounds;
