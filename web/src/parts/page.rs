//! A whole page: what it is called, who owns what it shows, how old that is.

use std::time::{Duration, SystemTime};

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use crate::assets::Assets;
use crate::pages::{Time, html};
use crate::shell::Shell;
use crate::sitemap;
use crate::words::Lang;

/// A copy older than this is shown in another colour.
const OLD: Duration = Duration::from_secs(15 * 60);

/// Who owns the truth about something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// The cloud; this is a copy.
    Mirrored,
    /// This box.
    Local,
    /// The cloud; it can be changed here, and the change goes there first.
    Written,
    /// The cloud; it can be changed only there.
    Linked,
}

impl Mode {
    /// The letter by which the list of all subjects knows it.
    pub(crate) const fn letter(self) -> char {
        match self {
            Self::Mirrored => 'M',
            Self::Local => 'B',
            Self::Written => 'W',
            Self::Linked => 'L',
        }
    }

    pub(crate) const fn word(self, t: Lang) -> &'static str {
        match self {
            Self::Mirrored => t.pick("Kopie aus der Cloud", "Copy from the cloud"),
            Self::Local => t.pick("Auf dieser Box", "On this box"),
            Self::Written => t.pick("Auch hier zu ändern", "Can be changed here"),
            Self::Linked => t.pick("Nur in der Cloud-App", "In the cloud app only"),
        }
    }

    pub(crate) const fn meaning(self, t: Lang) -> &'static str {
        match self {
            Self::Mirrored => t.pick(
                "Die Cloud führt; die Box zeigt ihre letzte Kopie und arbeitet mit ihr, auch ohne Internet.",
                "The cloud is in charge; the box shows its last copy and works with it, even without internet.",
            ),
            Self::Local => t.pick(
                "Das gehört der Box: Es gilt sofort und braucht kein Internet.",
                "This belongs to the box: it counts at once and needs no internet.",
            ),
            Self::Written => t.pick(
                "Was Sie hier ändern, geht zuerst in die Cloud und gilt danach; ist sie fort, wartet es sichtbar.",
                "What you change here goes to the cloud first and counts then; while it is away, the change waits in sight.",
            ),
            Self::Linked => t.pick(
                "Das lässt sich nur in der App der Cloud ändern; der Link führt dorthin.",
                "This can be changed only in the cloud's own app; the link leads there.",
            ),
        }
    }
}

/// A whole page.
#[derive(Template)]
#[template(path = "page.html")]
pub(crate) struct Page {
    t: Lang,
    assets: &'static Assets,
    shell: Shell,
    title: String,
    lead: String,
    modes: Vec<Mode>,
    /// When the cloud last confirmed what is shown.
    fetched: Option<Option<SystemTime>>,
    /// The same thing in the cloud's app.
    cloud: Option<String>,
    /// The page above this one: address and name.
    above: Option<(&'static str, &'static str)>,
    status: StatusCode,
    /// Its script for passkeys is loaded.
    passkeys: bool,
    /// The live stream of what is the reader's own keeps it current.
    own: bool,
    parts: Vec<String>,
}

impl Page {
    /// The page of a place in the navigation: its name and lead stand there.
    pub(crate) fn new(shell: Shell) -> Self {
        let (t, place) = (shell.t, sitemap::place(&shell.path));
        let title = place.map_or("", |place| place.name(t)).to_owned();
        let lead = place.map_or("", |place| place.lead(t)).to_owned();
        let (modes, parts) = (Vec::new(), Vec::new());
        let (fetched, cloud, above, status) = (None, None, None, StatusCode::OK);
        let assets = shell.assets();
        let (passkeys, own) = (false, false);
        Self { t, assets, shell, title, lead, modes, fetched, cloud, above, status, passkeys, own, parts }
    }

    /// The page of one thing below a place.
    pub(crate) fn below(shell: Shell, title: impl Into<String>, lead: impl Into<String>) -> Self {
        let (t, place) = (shell.t, sitemap::place(&shell.path));
        let above = place.map(|place| (place.path, place.name(t)));
        Self { above, title: title.into(), lead: lead.into(), ..Self::new(shell) }
    }

    /// Another answer than 200.
    pub(crate) fn status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// With the script that makes passkeys.
    pub(crate) fn passkeys(self) -> Self {
        Self { passkeys: true, ..self }
    }

    /// Kept current with what is the reader's own.
    pub(crate) fn own(self) -> Self {
        Self { own: true, ..self }
    }

    /// Who owns what stands here.
    pub(crate) fn mode(mut self, mode: Mode) -> Self {
        self.modes.push(mode);
        self
    }

    /// That it is a copy, and how old.
    pub(crate) fn mirrored(mut self) -> Self {
        self.modes.push(Mode::Mirrored);
        self.fetched = Some(self.shell.view.mirror.fetched);
        self
    }

    /// Where the same thing is in the cloud's app, if the cloud told.
    pub(crate) fn in_cloud(mut self, address: Option<&str>) -> Self {
        // Only the web: what the cloud calls an address must not become a script.
        self.cloud = address.filter(|address| address.starts_with("https://")).map(str::to_owned);
        self
    }

    pub(crate) fn with(mut self, part: impl Template) -> Self {
        match part.render() {
            Ok(part) => self.parts.push(part),
            Err(failed) => {
                tracing::error!(%failed, "a part of a page could not be written");
                self.status = StatusCode::INTERNAL_SERVER_ERROR;
            }
        }
        self
    }

    /// The same for a part that may not be there.
    pub(crate) fn with_some(self, part: Option<impl Template>) -> Self {
        match part {
            Some(part) => self.with(part),
            None => self,
        }
    }

    pub(crate) fn answer(self) -> Response {
        html(self.status, &self)
    }

    fn age(&self) -> Option<Time> {
        self.fetched.flatten().map(|at| Time::lasting(self.shell.t, at, self.shell.now))
    }

    fn is_old(&self) -> bool {
        let age = |at| self.shell.now.duration_since(at).unwrap_or_default();
        self.fetched.is_some_and(|fetched| fetched.is_none_or(|at| age(at) > OLD))
    }
}
