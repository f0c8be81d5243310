//! `/api/v1/hardware`: how the box itself is doing, and what is plugged into it.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::charter::{Doors, May};
use crate::commands::refusal;
use crate::routes::App;
use crate::view::Sentence;

/// What is known of the box itself; nothing where nobody looks.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct Hardware {
    /// Its disks, in the order to show.
    pub disks: Vec<DiskNow>,
    /// Of the warmest part, in degrees Celsius.
    pub celsius: Option<i16>,
    /// In bytes.
    pub memory: Option<Room>,
    /// Free where the data are, in bytes.
    pub free: Option<u64>,
    /// What is plugged in, in the order to show.
    pub devices: Vec<DeviceNow>,
    /// What a receiver of satellites says, where there is one.
    pub receiver: Option<ReceiverNow>,
}

/// Room that is there, and what is left of it; in bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
pub struct Room {
    /// All of it.
    pub total: u64,
    /// What can still be had.
    pub available: u64,
}

/// A disk.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct DiskNow {
    /// As the kernel calls it.
    pub name: String,
    /// As its maker calls it.
    pub model: String,
    /// In bytes.
    pub size: u64,
    /// Whether it says how it is at all.
    pub says: bool,
    /// So much of its life is used, in percent.
    pub used: Option<u8>,
    /// In degrees Celsius.
    pub celsius: Option<i16>,
    /// Hours under power.
    pub hours: Option<u64>,
    /// What is wrong with it, in a few words each, the worst first.
    pub complaints: Vec<Sentence>,
}

/// A device on USB with serial lines.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct DeviceNow {
    /// As it calls itself.
    pub name: String,
    /// What it is, in a word or two.
    pub what: Sentence,
    /// What the box does with it, and what it does not.
    pub does: Sentence,
    /// Its lines, `ttyACM0`.
    pub ports: Vec<String>,
}

/// A receiver of satellites.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct ReceiverNow {
    /// RFC 3339; nothing as long as it has heard of no satellite.
    pub moment: Option<String>,
    /// As coordinates of a place are typed, `51.22172, 6.77616`.
    pub place: Option<String>,
    /// How many it uses.
    pub satellites: Option<u8>,
}

pub(crate) fn doors() -> Doors {
    Doors::default().see("/api/v1/hardware", May::See, shown)
}

#[derive(Serialize)]
struct Shown {
    schema: &'static str,
    #[serde(flatten)]
    hardware: Hardware,
}

async fn shown(State(app): State<App>) -> Response {
    match app.commands.hardware().await {
        Ok(hardware) => Json(Shown { schema: "hardware/1", hardware }).into_response(),
        Err(reason) => refusal(StatusCode::SERVICE_UNAVAILABLE, reason),
    }
}
