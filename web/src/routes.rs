//! Which address leads where, on which listener, behind which door.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use certificates::Certificates;
use tokio::sync::watch;

use crate::api::Once;
use crate::charter::{Charter, Doors, May};
use crate::connection::Closing;
use crate::door::Door;
use crate::serve::Sources;
use crate::shelf::Shelf;
use crate::{
    Clock, Commands, Metrics, View, api, assets, backups, commands, detour, diagnostics, door_pages, drills,
    elsewhere, frame, hardware, line_tests, live, messages, network, pages, places, probes, root_pages,
    self_tests, test_calls, updates, webhooks,
};

/// Forms and nothing else; in bytes.
const BODY: usize = 16 * 1024;

/// What the handlers share.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) view: watch::Receiver<Arc<View>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) commands: Arc<dyn Commands>,
    pub(crate) door: Arc<Door>,
    pub(crate) certificates: Arc<Certificates>,
    pub(crate) closing: Closing,
    /// Who may use which route behind the door.
    pub(crate) charter: Charter,
    /// A file that was looked through and may be taken over.
    pub(crate) shelf: Arc<Shelf>,
    /// What programs have done that may ask again.
    pub(crate) once: Arc<Once>,
}

impl App {
    /// The newest picture.
    pub(crate) fn view(&self) -> Arc<View> {
        Arc::clone(&self.view.borrow())
    }
}

impl FromRef<App> for Arc<Certificates> {
    fn from_ref(app: &App) -> Self {
        Self::clone(&app.certificates)
    }
}

/// One router for each kind of listener.
pub(crate) struct Routers {
    pub(crate) https: Router,
    pub(crate) http: Router,
    pub(crate) socket: Router,
}

pub(crate) fn routers(
    sources: &Sources,
    certificates: &Arc<Certificates>,
    https_port: u16,
    closing: Closing,
) -> Routers {
    let (quick, rights) = doors().open();
    let (slow, orders) = orders().open();
    let app = App {
        view: sources.view.clone(),
        clock: Arc::clone(&sources.clock),
        metrics: Arc::clone(&sources.metrics),
        commands: Arc::clone(&sources.commands),
        door: Arc::new(Door::new(Arc::clone(&sources.vault), Arc::clone(&sources.clock))),
        certificates: Arc::clone(certificates),
        closing,
        shelf: Arc::default(),
        charter: rights.iter().chain(orders.iter()).cloned().collect(),
        once: Arc::default(),
    };
    let known = |router: Router<App>| router.layer(from_fn_with_state(app.clone(), door_pages::written_down));
    Routers {
        http: root_pages::router(Arc::clone(certificates), https_port),
        // Orders take as long as they take.
        socket: known(on_the_box().open().0)
            .merge(probes::router())
            .layer(from_fn(frame::in_time))
            .merge(known(commands::orders().merge(diagnostics::orders()).open().0))
            .layer(from_fn(api::problems))
            .layer(from_fn(frame::every))
            .with_state(app.clone()),
        https: https(&app, quick, slow),
    }
}

/// Everything behind the door that answers at once.
pub(crate) fn doors() -> Doors {
    pages::doors()
        .see("/events", May::See, live::events)
        .see("/me/events", May::Mind, live::own_events)
        .act("/logout", May::Everybody, ["Abgemeldet", "Signed out"], door_pages::sign_out)
        .merge(messages::doors())
        .merge(on_the_box())
}

/// Everything behind the door that takes as long as it takes.
pub(crate) fn orders() -> Doors {
    commands::orders().merge(diagnostics::orders()).merge(pages::orders())
}

/// What programs may ask for, here and on the box itself.
fn on_the_box() -> Doors {
    api::doors()
        .merge(commands::doors())
        .merge(places::doors())
        .merge(drills::doors())
        .merge(test_calls::doors())
        .merge(detour::doors())
        .merge(updates::doors())
        .merge(hardware::doors())
        .merge(network::doors())
        .merge(backups::doors())
        .merge(line_tests::doors())
        .merge(self_tests::doors())
        .merge(diagnostics::doors())
        .merge(webhooks::doors())
        .merge(messages::counts())
}

fn https(app: &App, quick: Router<App>, slow: Router<App>) -> Router {
    let [quick, slow] = [quick, slow].map(|inside| inside.layer(from_fn(api::tagged)));
    let reading = quick.clone().with_state(app.clone());
    let behind_the_door = |inside: Router<App>| {
        inside
            .layer(from_fn_with_state(reading.clone(), api::unchanged))
            .layer(from_fn_with_state(app.clone(), api::once))
            .layer(from_fn_with_state(app.clone(), door_pages::only_signed_in))
    };
    Router::new()
        .route("/login", get(door_pages::login).post(door_pages::sign_in))
        .route("/setup", get(door_pages::setup).post(door_pages::set_up))
        .route("/login/with/{name}", get(elsewhere::begin))
        .route("/login/back", get(elsewhere::back))
        .route("/login/passkey/ask", post(pages::passkeys::ask_for_proof))
        .route("/login/passkey", post(pages::passkeys::sign_in))
        .route("/assets/{name}", get(assets::serve))
        .route("/link/back", get(commands::back))
        .route("/healthz", get(probes::healthz))
        .merge(root_pages::downloads())
        .merge(probes::metrics_for_known(app.clone()))
        .merge(behind_the_door(quick.fallback(pages::missing)))
        .layer(from_fn(frame::in_time))
        .merge(behind_the_door(slow))
        .merge(pages::backup::in_front())
        .layer(DefaultBodyLimit::max(BODY))
        .layer(from_fn(frame::browsers))
        .layer(from_fn(api::problems))
        .layer(from_fn(frame::every))
        .with_state(app.clone())
}
