//! Who is calling: names for the numbers in the account's telephone book, handed to the switchboard as a whole.

use std::sync::Arc;

use account::{Dialling, UserId};
use directory::NameIndex;
use mirror::{Body, Kind};
use tokio::sync::mpsc;

use super::{Mirroring, News, SyncFailed};

impl Mirroring {
    /// Works the index out beside the task: a large telephone book takes a moment. It is built anew whenever a contact
    /// has changed, and shared from then on.
    pub(super) async fn publish_names(&self, news: &mpsc::Sender<News>) -> Result<(), SyncFailed> {
        let identity = self.documents.of(Kind::Identity).next().map(|document| document.body.read());
        let own = identity.and_then(|body| body.get("sub")?.as_str()?.parse::<UserId>().ok());
        // Copies share their text.
        let bodies: Vec<Body> =
            self.documents.of(Kind::Contact).map(|document| document.body.clone()).collect();
        let here = self.dialling();
        let index = tokio::task::spawn_blocking(move || index(&bodies, own.as_ref(), &here));
        let index = index.await.map_err(|_| SyncFailed::Stopped)?;
        news.send(News::Names(Arc::new(index))).await.map_err(|_| SyncFailed::Stopped)
    }
}

fn index(bodies: &[Body], own: Option<&UserId>, here: &Dialling) -> NameIndex {
    let contacts = bodies.iter().filter_map(|body| directory::mirrored(&body.read(), own, here));
    let contacts: Vec<_> = contacts.collect();
    NameIndex::new(contacts.iter())
}
