//! The emergency report for the safety officer: on paper, everything that would happen if somebody called for help.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::known::{Known, Phone, ask};
use super::{say, tabs, unknown};
use crate::parts::{Mode, Page, Tone};
use crate::places::LocationsAsk;
use crate::routes::App;
use crate::shell::Shell;
use crate::view::View;
use crate::when;
use crate::words::Lang;

/// The whole report.
#[derive(Template)]
#[template(path = "parts/report.html")]
struct Report<'a> {
    t: Lang,
    view: &'a View,
    known: &'a Known,
    at: String,
}

impl Report<'_> {
    fn sites(&self) -> impl Iterator<Item = (&str, Tone, &'static str)> {
        let sites = self.known.places.iter().filter(|place| place.parent.is_none());
        sites.map(|site| {
            let (tone, word) = say::state(self.t, site.state.as_deref());
            (site.path.as_str(), tone, word)
        })
    }

    fn rule(&self, phone: &Phone) -> &'static str {
        phone.rule.as_deref().map_or("–", |rule| say::rule(self.t, rule))
    }

    fn sure(&self, phone: &Phone) -> &'static str {
        say::confidence(self.t, &phone.confidence).1
    }

    fn line(&self, phone: &Phone) -> &'static str {
        say::line(self.t, phone.line_says.as_deref()).1
    }

    fn conflicts(&self) -> usize {
        self.known.phones.iter().filter(|phone| phone.conflict.is_some()).count()
    }
}

/// `GET /locations/report`.
pub(super) async fn page(State(app): State<App>, shell: Shell) -> Response {
    let known: Known = match ask(&app, LocationsAsk::All).await {
        Ok(known) => known,
        Err(why) => return unknown(shell, &why),
    };
    let (t, view) = (shell.t, Arc::clone(&shell.view));
    let report = Report { t, view: &view, known: &known, at: when::rfc3339(shell.now) };
    let lead = t.pick(
        "Zum Ausdrucken und Abheften: wo jedes Telefon steht und wohin Hilfe käme.",
        "To print and file: where every phone stands, and where help would come.",
    );
    let page = Page::below(shell, t.pick("Notruf-Bericht", "Emergency report"), lead).mode(Mode::Local);
    page.with(tabs(t, "/locations/report")).with(report).answer()
}
