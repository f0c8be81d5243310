//! What surrounds every page behind the door: navigation, search, and the picture the page is drawn from.

use std::sync::Arc;
use std::time::SystemTime;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::Response;

use crate::View;
use crate::api::problem;
use crate::assets::{ASSETS, Assets};
use crate::charter::{Charter, May};
use crate::door::Who;
use crate::pages::AlarmPart;
use crate::parts::Wish;
use crate::routes::App;
use crate::sitemap::{self, AREAS, Area, Place};
use crate::view::Severity;
use crate::when;
use crate::words::Lang;

/// A handler takes this and gives it to its [`Page`](crate::parts::Page).
pub(crate) struct Shell {
    pub(crate) t: Lang,
    /// The picture the whole page is drawn from.
    pub(crate) view: Arc<View>,
    pub(crate) now: SystemTime,
    /// The path that was asked for.
    pub(crate) path: String,
    /// What the reader wants of the table on the page.
    pub(crate) wish: Wish,
    /// Who asks.
    pub(crate) who: Who,
    charter: Charter,
    assets: &'static Assets,
}

impl Shell {
    /// Whether whoever asks may use this page.
    pub(crate) fn leads(&self, path: &str) -> bool {
        let right = self.charter.iter().find(|right| right.method == Method::GET && right.path == path);
        right.is_some_and(|right| self.who.may(right.may))
    }

    /// Whether they may look at the house; its live stream is theirs then.
    pub(crate) fn sees(&self) -> bool {
        self.who.may(May::See)
    }

    /// For the templates.
    pub(crate) fn assets(&self) -> &'static Assets {
        self.assets
    }

    /// Calls for help stand above everything else.
    pub(crate) fn alarm(&self) -> AlarmPart<'_> {
        AlarmPart { t: self.t, now: self.now, assets: self.assets, alarms: &self.view.alarms }
    }

    /// RFC 3339, from which the browser's clock is set right.
    pub(crate) fn started(&self) -> String {
        when::rfc3339(self.now)
    }

    /// The parts of the navigation in which there is anything for whoever asks.
    pub(crate) fn areas(&self) -> impl Iterator<Item = &'static Area> {
        AREAS.iter().filter(|area| self.places(area).next().is_some())
    }

    pub(crate) fn places(&self, area: &'static Area) -> impl Iterator<Item = &'static Place> {
        area.places.iter().filter(|place| self.leads(place.path) && self.fits(place.path))
    }

    /// What leads nowhere for whoever asks is not shown.
    fn fits(&self, path: &str) -> bool {
        match path {
            "/" => self.sees(),
            "/me" | "/me/messages" => self.who.user.is_some() || !self.sees(),
            _ => true,
        }
    }

    /// `page` for the page itself, `true` for one above it (WAI-ARIA 1.2 aria-current).
    pub(crate) fn current(&self, place: &Place) -> Option<&'static str> {
        // Of two places of which one lies below the other it is the nearer one.
        match sitemap::place(&self.path)?.path == place.path {
            true if place.path == self.path => Some("page"),
            true => Some("true"),
            false => None,
        }
    }

    /// How many things wait to be mended or listened to, for the mark beside the place that lists them.
    pub(crate) fn count(&self, place: &Place) -> Option<usize> {
        if place.path == "/me/messages" {
            let user = self.who.user.as_deref()?;
            let own = self.view.mailboxes.iter().filter(|it| it.is_of(user));
            return Some(own.map(|it| it.new).sum()).filter(|new| *new > 0);
        }
        let grave = self.view.notices.iter().filter(|notice| notice.severity != Severity::Info).count();
        (place.path == "/repairs" && grave > 0).then_some(grave)
    }
}

impl FromRequestParts<App> for Shell {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let Ok(t) = Lang::from_request_parts(parts, app).await;
        let who = parts.extensions.get::<Who>().cloned();
        let nobody = || problem(StatusCode::UNAUTHORIZED, "sign in first");
        Ok(Self {
            t,
            view: app.view(),
            now: app.clock.now(),
            path: parts.uri.path().to_owned(),
            wish: Wish::of(parts.uri.query()),
            who: who.ok_or_else(nobody)?,
            charter: Arc::clone(&app.charter),
            assets: &ASSETS,
        })
    }
}
