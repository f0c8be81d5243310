//! What the page and the command line may ask of the mirror.

mod ask;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};

use mirror::{Document, Event};
use store::{Batch, Store, Write};
use web::view::past::{self, Past, Witness};
use web::{FileAsk, LedgerAsk, PeopleAsk};

use super::super::backups::Backups;
use super::super::detour::Detour;
use super::super::diagnostics::Diagnostics;
use super::super::drills::Drills;
use super::super::hardware::Hardware;
use super::super::line_tests::LineTests;
use super::super::locations;
use super::super::mailboxes::Mailboxes;
use super::super::network::Networking;
use super::super::outside::Trials;
use super::super::self_tests::SelfTests;
use super::super::versions::Versionary;
use super::super::vouching::Vouching;
use super::super::webhooks::Webhooks;
use super::{Mirroring, News};
use crate::config::Config;
pub(crate) use ask::Ask;

/// Events in one answer, at most.
const PAGE: u32 = 500;

/// Objects in one answer, at most.
const MOST: usize = 1_000;

impl Mirroring {
    #[expect(clippy::cognitive_complexity, reason = "one arm for each question, and nothing nested")]
    pub(super) async fn hear(&mut self, ask: Ask) {
        // Whoever asked may have gone.
        match ask {
            Ask::Sync(answer) => {
                self.waiting.asks.push(answer);
                self.hurry();
            }
            Ask::Hurry(answer) => {
                self.hurry();
                let _ = answer.send(Ok(json!({"schema": "sync-begun/1"})));
            }
            Ask::Kinds(answer) => {
                let now = self.now.borrow();
                let listed = now.listed(SystemTime::now());
                let progress = now.progress.map(
                    |it| json!({"answered": it.answered, "questions": it.questions, "requests": it.requests}),
                );
                let kinds = json!({"schema": "mirror-kinds/1", "kinds": listed, "progress": progress});
                let _ = answer.send(Ok(kinds));
            }
            Ask::Objects(kind, from, answer) => {
                let all: Vec<Value> = self.documents.of(kind).skip(from).take(MOST).map(shown).collect();
                let next = (all.len() == MOST).then_some(from + MOST);
                let _ = answer.send(Ok(
                    json!({ "schema": "mirror-objects/1", "kind": kind, "objects": all, "next": next }),
                ));
            }
            Ask::Events(before, answer) => drop(answer.send(self.events(before).await)),
            Ask::Journal(answer) => drop(answer.send(Ok(self.journal.listed()))),
            Ask::Change(change, answer) => drop(answer.send(self.change(change).await)),
            Ask::Detour(to, answer) => drop(answer.send(self.detour(to.as_ref()).await)),
            Ask::Decide(id, choice, answer) => drop(answer.send(self.decide(id, choice).await)),
            Ask::History(before, answer) => drop(answer.send(self.merged_history(before).await)),
            Ask::Ledger(ask, answer) => drop(answer.send(self.open_ledger(ask).await)),
            Ask::People(ask, answer) => drop(answer.send(self.ask_people(ask).await)),
            Ask::Staff(google, pages, answer) => drop(answer.send(self.take_staff(google, pages).await)),
            Ask::File(ask, answer) => drop(answer.send(self.file(ask).await)),
            Ask::Contacts(form, answer) => drop(answer.send(self.contact_file(&form))),
            Ask::ContactUpload(file, keep, answer) => {
                drop(answer.send(self.contact_upload(file, keep).await));
            }
            Ask::Rights(answer) => drop(answer.send(self.rights().await)),
            Ask::Login(answer) => drop(answer.send(self.begin_login().await)),
            Ask::LoginBack(address, answer) => drop(answer.send(self.end_login(&address).await)),
            Ask::Link(id, token, answer) => drop(answer.send(self.link(&id, &token).await)),
            // Heard where the rounds are.
            Ask::Unlink(_) => {}
        }
    }
}

impl Mirroring {
    /// Everything is asked for now, and how far that is can be watched.
    fn hurry(&mut self) {
        self.waiting.watched = true;
        self.lanes.hurry();
        self.history.hurry();
    }

    async fn open_ledger(&mut self, ask: LedgerAsk) -> Result<Value, String> {
        match ask {
            LedgerAsk::Billing => self.billing().await,
            LedgerAsk::Rates(file) => self.keep_rates(file).await,
            LedgerAsk::RateTable => self.rate_table().await,
            LedgerAsk::Check(asked) => self.bill_check(asked).await,
            LedgerAsk::Items(asked) => self.items(asked).await,
            LedgerAsk::Statistics(days) => self.statistics(days).await,
            LedgerAsk::Settings => Ok(self.billing_settings()),
            LedgerAsk::Set(wanted) => self.set_billing(wanted).await,
        }
    }

    async fn events(&self, before: Option<u64>) -> Result<Value, String> {
        let before = before.map(|millis| SystemTime::UNIX_EPOCH + Duration::from_millis(millis));
        let reader = self.store.reader();
        let read =
            tokio::task::spawn_blocking(move || Ok((reader.cloud_events(before, PAGE)?, reader.counts()?)));
        let read: Result<_, store::StoreFault> = read.await.map_err(|fault| fault.to_string())?;
        let (events, counts) = read.map_err(|fault| fault.to_string())?;
        let millis = |event: &Event| {
            u64::try_from(event.at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_millis())
        };
        let older =
            events.last().filter(|_| events.len() == PAGE as usize).and_then(|last| millis(last).ok());
        let events: Vec<Value> = events.iter().map(|event| event.body.read()).collect();
        Ok(
            json!({"schema": "mirror-events/1", "events": events, "older": older, "count": counts.cloud_events,
                  "complete": self.past_is_whole()}),
        )
    }

    /// Forgets the account and the token, on disk first.
    pub(super) async fn unlink(&mut self, news: &mpsc::Sender<News>) -> Result<Value, String> {
        let forget = |key: &str| Write::Forget { key: key.to_owned() };
        let store = Arc::clone(&self.store);
        let kept = [super::TOKEN, super::TOKEN_ID, super::REFRESH, super::RIGHTS, super::people::LIST];
        let writes = Batch([Write::Unlink].into_iter().chain(kept.map(forget)).collect());
        let data = self.data.clone();
        let written = tokio::task::spawn_blocking(move || {
            store.write(writes).map_err(|fault| fault.to_string())?;
            store::forget_copy(&data).map_err(|fault| fault.to_string())
        });
        written.await.map_err(|fault| fault.to_string())??;
        self.documents = mirror::Documents::default();
        self.meta = super::Meta::default();
        self.journal.forget();
        self.people = super::people::People::default();
        self.way_in = super::WayIn::default();
        self.lanes = super::Lanes::default();
        self.history.begin_anew();
        self.publish(super::now::Changed::House, &mut Vec::new(), news)
            .await
            .map_err(|why| why.to_string())?;
        self.publish_names(news).await.map_err(|why| why.to_string())?;
        Ok(json!({ "schema": "unlinked/1" }))
    }
}

/// A document as it was said, without secrets: those never stand in a body.
fn shown(document: &Document) -> Value {
    json!({
        "id": document.key.id, "owner": document.owner, "source": document.source,
        "since": document.seen.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs(),
        "body": document.body.read(),
    })
}

/// What the page and the command line may ask of the mirror, and of the room that knows the places.
pub(crate) struct Desk {
    asks: mpsc::Sender<Ask>,
    store: Arc<Store>,
    places: locations::Desk,
    drills: Drills,
    detour: Detour,
    versions: Versionary,
    tests: LineTests,
    self_tests: SelfTests,
    diagnostics: Diagnostics,
    webhooks: Webhooks,
    mailboxes: Mailboxes,
    vouching: Vouching,
    backups: Backups,
    hardware: Hardware,
    networking: Networking,
}

/// Whose desk it is as well.
type Rooms = (locations::Desk, Trials, (Diagnostics, Webhooks, Mailboxes), (Backups, Versionary, Networking));

impl Desk {
    pub(crate) fn new(asks: mpsc::Sender<Ask>, store: Arc<Store>, rooms: Rooms, config: &Config) -> Self {
        let (places, (drills, tests, detour, self_tests), tools, (backups, versions, networking)) = rooms;
        let (diagnostics, webhooks, mailboxes) = tools;
        let vouching = Vouching::new(config);
        let hardware = Hardware::beside(&config.data);
        Self {
            asks,
            store,
            places,
            drills,
            detour,
            tests,
            self_tests,
            diagnostics,
            webhooks,
            mailboxes,
            versions,
            vouching,
            backups,
            hardware,
            networking,
        }
    }

    /// Asks a directory before the mirror is: it may take a while.
    async fn fetch_staff(&self, wanted: Value) -> Result<Value, String> {
        let staff: cloud::Staff = serde_json::from_value(wanted).map_err(|fault| fault.to_string())?;
        let pages = cloud::staff(&staff, &cloud::Limits::default()).await;
        let pages = pages.map_err(|failed| failed.to_string())?;
        self.ask(|answer| Ask::Staff(staff.is_google(), pages, answer)).await
    }

    async fn ask<T>(&self, ask: impl FnOnce(oneshot::Sender<Result<T, String>>) -> Ask) -> Result<T, String> {
        let (answer, answered) = oneshot::channel();
        let busy = || "too much is asked of the mirror at once; ask again".to_owned();
        self.asks.try_send(ask(answer)).map_err(|_| busy())?;
        answered.await.unwrap_or_else(|_| Err("the box is shutting down".to_owned()))
    }
}

impl web::Commands for Desk {
    fn sync(&self) -> web::Commanded<'_, web::Synced> {
        Box::pin(self.ask(Ask::Sync))
    }

    fn past(&self, witness: Witness, before: Option<u64>) -> web::Commanded<'_, Past> {
        let reader = self.store.reader();
        Box::pin(async move {
            let read = tokio::task::spawn_blocking(move || super::past::read(&reader, witness, before)).await;
            read.map_err(|fault| fault.to_string())?.map_err(|fault| fault.to_string())
        })
    }

    fn past_call(&self, number: u64) -> web::Commanded<'_, Option<past::Event>> {
        let reader = self.store.reader();
        Box::pin(async move {
            let read = tokio::task::spawn_blocking(move || super::past::read_one(&reader, number)).await;
            read.map_err(|fault| fault.to_string())?.map_err(|fault| fault.to_string())
        })
    }

    fn versions(&self) -> web::Commanded<'_, Option<web::Versions>> {
        Box::pin(self.versions.shown())
    }

    fn update<'a>(&'a self, pieces: web::Pieces<'a>, starts: web::Starts) -> web::Commanded<'a, ()> {
        Box::pin(self.versions.take(pieces, starts))
    }

    fn feed(&self, ask: web::FeedAsk) -> web::Tried<'_, ()> {
        Box::pin(self.versions.ask(ask))
    }

    fn forget_everything(&self) -> web::Commanded<'_, ()> {
        Box::pin(self.versions.forget())
    }

    fn hardware(&self) -> web::Commanded<'_, web::Hardware> {
        Box::pin(self.hardware.shown())
    }

    fn network(&self) -> web::Stands<'_, web::NetworkNow> {
        Box::pin(self.networking.shown())
    }

    fn new_network(
        &self,
        wanted: web::NetworkSettings,
        meant: web::Meant,
    ) -> web::Stands<'_, web::NetworkSettings> {
        Box::pin(self.networking.change(wanted, meant))
    }

    fn keep_network(&self, id: u64) -> web::Stands<'_, ()> {
        Box::pin(self.networking.keep(id))
    }

    fn backups(&self) -> web::Commanded<'_, web::Backups> {
        Box::pin(self.backups.shown())
    }

    fn back_up(&self, with: backup::Passphrase) -> web::Tried<'_, web::Pieces<'static>> {
        Box::pin(self.backups.make(with))
    }

    fn restore<'a>(&'a self, wanted: web::Restoring<'a>) -> web::Tried<'a, ()> {
        Box::pin(self.backups.restore(wanted))
    }

    fn file(&self, ask: FileAsk) -> web::Commanded<'_, Vec<u8>> {
        Box::pin(self.ask(|answer| Ask::File(ask, answer)))
    }

    fn places(&self, ask: web::LocationsAsk) -> web::Placed<'_> {
        self.places.ask(ask)
    }

    fn drill(&self, ask: web::DrillAsk) -> web::Tried<'_> {
        Box::pin(self.drills.ask(ask))
    }

    fn test_call(&self, ask: web::TestCallAsk) -> web::Tried<'_> {
        Box::pin(self.places.test_calls().ask(ask))
    }

    fn detour(&self, ask: web::DetourAsk) -> web::Tried<'_> {
        Box::pin(self.detour.ask(ask))
    }

    fn line_test(&self, ask: web::LineTestAsk) -> web::Tried<'_> {
        Box::pin(async move { self.tests.ask(ask) })
    }

    fn self_test(&self, ask: web::SelfTestAsk) -> web::Tried<'_> {
        Box::pin(self.self_tests.ask(ask))
    }

    fn diagnose(&self, ask: web::DiagnosticAsk) -> web::Tried<'_> {
        Box::pin(self.diagnostics.ask(ask))
    }

    fn diagnostic_file(&self, file: web::DiagnosticFile) -> web::Packed<'_> {
        Box::pin(self.diagnostics.file(file))
    }

    fn webhook(&self, ask: web::WebhookAsk) -> web::Tried<'_> {
        Box::pin(self.webhooks.ask(ask))
    }

    fn messages(&self, by: web::Listener, ask: web::MessageAsk) -> web::Minded<'_, web::Lying> {
        Box::pin(self.mailboxes.ask(by, ask))
    }

    fn sound(&self, by: web::Listener, ask: web::SoundAsk) -> web::Minded<'_, web::Sound> {
        Box::pin(self.mailboxes.sound(by, ask))
    }

    fn houses(&self) -> &[web::Elsewhere] {
        self.vouching.houses()
    }

    fn begin_sign_in(&self, name: String) -> web::Vouched<'_, web::Begun> {
        Box::pin(self.vouching.begin(name))
    }

    fn end_sign_in(&self, state: String, query: String) -> web::Vouched<'_, String> {
        Box::pin(self.vouching.end(state, query))
    }

    fn mirror(&self, ask: web::MirrorAsk) -> web::Commanded<'_, Value> {
        Box::pin(async move {
            match ask {
                web::MirrorAsk::Hurry => self.ask(Ask::Hurry).await,
                web::MirrorAsk::Kinds => self.ask(Ask::Kinds).await,
                web::MirrorAsk::Journal => self.ask(Ask::Journal).await,
                web::MirrorAsk::Events { before } => self.ask(|answer| Ask::Events(before, answer)).await,
                web::MirrorAsk::Change(change) => self.ask(|answer| Ask::Change(change, answer)).await,
                web::MirrorAsk::Cancel { id } => self.ask(|answer| Ask::Decide(id, None, answer)).await,
                web::MirrorAsk::History { before } => self.ask(|answer| Ask::History(before, answer)).await,
                web::MirrorAsk::Ledger(ask) => self.ask(|answer| Ask::Ledger(ask, answer)).await,
                web::MirrorAsk::People(PeopleAsk::Fetch(wanted)) => self.fetch_staff(wanted).await,
                web::MirrorAsk::People(ask) => self.ask(|answer| Ask::People(ask, answer)).await,
                web::MirrorAsk::Contacts { form } => self.ask(|answer| Ask::Contacts(form, answer)).await,
                web::MirrorAsk::ContactUpload { file, keep } => {
                    self.ask(|answer| Ask::ContactUpload(file, keep, answer)).await
                }
                web::MirrorAsk::Rights => self.ask(Ask::Rights).await,
                web::MirrorAsk::Login => self.ask(Ask::Login).await,
                web::MirrorAsk::LoginBack { address } => {
                    self.ask(|answer| Ask::LoginBack(address, answer)).await
                }
                web::MirrorAsk::Link { id, token } => self.ask(|answer| Ask::Link(id, token, answer)).await,
                web::MirrorAsk::Unlink => self.mailboxes.with_account(self.ask(Ask::Unlink)).await,
                web::MirrorAsk::Choose { id, choice } => {
                    let choice = serde_json::from_value(Value::from(choice));
                    let choice = choice.map_err(|_| "decide for mine or theirs".to_owned())?;
                    self.ask(|answer| Ask::Decide(id, Some(choice), answer)).await
                }
                web::MirrorAsk::Objects { kind, from } => {
                    let kind = kind.parse().map_err(|fault: mirror::KindUnknown| fault.to_string())?;
                    self.ask(|answer| Ask::Objects(kind, from, answer)).await
                }
            }
        })
    }
}
