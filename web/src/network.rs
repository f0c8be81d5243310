//! `/api/v1/network`: where the box stands in the network. What is wanted is tried for a term and goes back by itself unless somebody
//! confirms it over that very network.

use std::pin::Pin;

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use crate::charter::{Doors, May};
use crate::commands::refusal;
use crate::connection::Peer;
use crate::routes::App;
use crate::view::Sentence;

/// What is written down.
pub(crate) const TRIED: [&str; 2] =
    ["Netzeinstellungen auf Probe geändert", "Changed the network settings on trial"];
pub(crate) const KEPT: [&str; 2] = ["Netzeinstellungen bestätigt", "Confirmed the network settings"];

/// As they stand in `network.ini` behind each key; what is empty is asked of the network.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct NetworkSettings {
    /// `192.168.1.20/24`, or `dhcp`.
    pub address: String,
    /// `192.168.1.1`.
    pub gateway: String,
    /// `192.168.1.1, 9.9.9.9`.
    pub dns: String,
    /// Of the box.
    pub name: String,
    /// `20`.
    pub vlan: String,
}

/// Who said where the box stands.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NetworkOrigin {
    /// Nobody: the network is asked.
    #[default]
    Nobody,
    /// The installer's file.
    DropZone,
    /// An admin, who confirmed it.
    Page,
}

/// How the flashed box stands in the network. Moments are seconds since 1970.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct NetworkNow {
    /// What it is called now.
    pub host: String,
    /// What counts at every start.
    pub settings: NetworkSettings,
    /// Who said so.
    pub origin: NetworkOrigin,
    /// What is tried instead.
    pub trial: Option<NetworkTrial>,
    /// What became of the last change.
    pub last: Option<NetworkLast>,
}

/// Settings on trial.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct NetworkTrial {
    /// Whoever confirms says it.
    pub id: u64,
    /// What is tried.
    pub settings: NetworkSettings,
    /// Until then they may be confirmed; nothing as long as they do not count yet.
    pub until: Option<u64>,
}

/// A change that is over.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct NetworkLast {
    /// When.
    pub at: u64,
    /// Whether it stayed.
    pub kept: bool,
    /// What was wanted.
    pub settings: NetworkSettings,
    /// What became of it, and why.
    pub said: Sentence,
}

/// Why nothing is shown or changed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum NetworkRefused {
    /// The operating system does that here.
    NotFlashed,
    /// It cannot be followed.
    Wrong(Sentence),
    /// Not now.
    NotNow(Sentence),
}

/// Whether something is only looked at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Meant {
    /// Checked, and nothing else.
    Look,
    /// Checked, and tried.
    Try,
}

/// What the daemon says about the box's place in the network.
pub type Stands<'a, T> = Pin<Box<dyn Future<Output = Result<T, NetworkRefused>> + Send + 'a>>;

impl NetworkRefused {
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::NotFlashed | Self::NotNow(_) => StatusCode::CONFLICT,
            Self::Wrong(_) => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }

    pub(crate) fn said(self) -> Sentence {
        match self {
            Self::NotFlashed => Sentence::new(
                "Diese Box wurde nicht mit unserem Abbild bespielt: Ihre Adressen stellt das Betriebssystem ein.",
                "This box was not flashed with our image: the operating system sets its addresses.",
            ),
            Self::Wrong(said) | Self::NotNow(said) => said,
        }
    }
}

pub(crate) fn doors() -> Doors {
    Doors::default()
        .see("/api/v1/network", May::See, shown)
        .put("/api/v1/network", May::Rule, TRIED, change)
        .act("/api/v1/network/confirm", May::Rule, KEPT, confirm)
}

#[derive(Serialize)]
struct Shown {
    schema: &'static str,
    /// Whether this is the flashed box, which can be moved from here.
    appliance: bool,
    #[serde(flatten)]
    now: NetworkNow,
}

async fn shown(State(app): State<App>) -> Response {
    let (appliance, now) = match app.commands.network().await {
        Ok(now) => (true, now),
        Err(NetworkRefused::NotFlashed) => (false, NetworkNow::default()),
        Err(why) => return refusal(StatusCode::SERVICE_UNAVAILABLE, why.said().en.into_owned()),
    };
    Json(Shown { schema: "network/1", appliance, now }).into_response()
}

async fn change(State(app): State<App>, Json(wanted): Json<NetworkSettings>) -> Response {
    match app.commands.new_network(wanted, Meant::Try).await {
        Ok(_) => (StatusCode::ACCEPTED, shown(State(app)).await).into_response(),
        Err(why) => refused(why),
    }
}

#[derive(Deserialize)]
struct Confirmed {
    id: u64,
}

async fn confirm(
    State(app): State<App>,
    Extension(peer): Extension<Peer>,
    Json(Confirmed { id }): Json<Confirmed>,
) -> Response {
    match confirmed(&app, peer, id).await {
        Ok(()) => shown(State(app)).await,
        Err(why) => refused(why),
    }
}

/// Whoever confirms has come over the network: that is the proof that nobody is locked out.
pub(crate) async fn confirmed(app: &App, peer: Peer, id: u64) -> Result<(), NetworkRefused> {
    if peer == Peer::Socket {
        return Err(NetworkRefused::NotNow(Sentence::new(
            "Bestätigt wird über das Netz: Nur das zeigt, dass die Box dort erreichbar ist.",
            "Confirm over the network: only that shows that the box can be reached there.",
        )));
    }
    app.commands.keep_network(id).await
}

fn refused(why: NetworkRefused) -> Response {
    let status = why.status();
    refusal(status, why.said().en.into_owned())
}
