//! What needs attention, each with what to do.

use std::sync::Arc;

use axum::response::Response;

use super::severity_mark;
use crate::parts::{Empty, Note, Page};
use crate::shell::Shell;

/// `GET /repairs`.
pub(crate) async fn page(shell: Shell) -> Response {
    let (t, view) = (shell.t, Arc::clone(&shell.view));
    let mut page = Page::new(shell);
    for notice in &view.notices {
        page = page.with(Note {
            tone: severity_mark(notice.severity),
            kind: format!("{} · {}", t.severity(notice.severity), t.fault(notice.fault)),
            what: t.say(&notice.what).to_owned(),
            more: format!("{}: {}", t.fix(), t.say(&notice.fix)),
            link: None,
        });
    }
    let nothing = view.notices.is_empty().then(|| {
        Empty::new(
            "",
            t.pick("Nichts zu tun.", "Nothing to do."),
            t.pick("Sobald etwas auffällt, steht es hier.", "As soon as something is amiss, it stands here."),
        )
    });
    page.with_some(nothing).answer()
}
