//! What surrounds every page behind the door: navigation, search, and the picture the page is drawn from.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::SystemTime;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::View;
use crate::assets::{ASSETS, Assets};
use crate::parts::Wish;
use crate::routes::App;
use crate::sitemap::{AREAS, Area, Place};
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
    assets: &'static Assets,
}

impl Shell {
    /// For the templates.
    pub(crate) fn assets(&self) -> &'static Assets {
        self.assets
    }

    /// RFC 3339, from which the browser's clock is set right.
    pub(crate) fn started(&self) -> String {
        when::rfc3339(self.now)
    }

    pub(crate) fn areas(&self) -> &'static [Area] {
        AREAS
    }

    /// `page` for the page itself, `true` for one above it (WAI-ARIA 1.2 aria-current).
    pub(crate) fn current(&self, place: &Place) -> Option<&'static str> {
        match place.holds(&self.path) {
            true if place.path == self.path => Some("page"),
            true => Some("true"),
            false => None,
        }
    }

    /// How many things wait to be mended, for the mark beside the place that lists them.
    pub(crate) fn count(&self, place: &Place) -> Option<usize> {
        let grave = self.view.notices.iter().filter(|notice| notice.severity != Severity::Info).count();
        (place.path == "/repairs" && grave > 0).then_some(grave)
    }
}

impl FromRequestParts<App> for Shell {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        Ok(Self {
            t: Lang::from_request_parts(parts, app).await?,
            view: app.view(),
            now: app.clock.now(),
            path: parts.uri.path().to_owned(),
            wish: Wish::of(parts.uri.query()),
            assets: &ASSETS,
        })
    }
}
