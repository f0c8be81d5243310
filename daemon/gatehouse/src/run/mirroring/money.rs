//! What the admin chose about money and records: how much of a call is kept, and when little credit is told.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use account::Dialling;
use billing::credit::Watch;
use billing::{Amount, Calendar, Privacy};
use mirror::{Body, Event, Kind};
use serde::Deserialize;
use serde_json::{Value, json};
use store::{Batch, Loaded, PAGE, Store, Write};
use tokio::sync::watch;
use tracing::warn;

use super::Mirroring;
use super::attended::Attended;
use crate::run::night::ZONE;

const PRIVACY: &str = "billing.privacy";
const THRESHOLDS: &str = "billing.thresholds";
/// Thresholds already told, so that a restart is no news.
const TOLD: &str = "billing.told";
/// Unless the admin chose others, in the account's currency.
const USUAL: [i64; 2] = [200_000, 50_000];
/// The credit must rise this far above a threshold before falling below it is news again.
const MARGIN: Amount = Amount::ten_thousandths(10_000);
/// Most thresholds.
const MOST: usize = 10;
/// Records on their way to the disk when the choice is made are there after this.
const ON_THE_WAY: Duration = Duration::from_millis(300);

/// The choices, what was told already, and since when there is anything to tell.
pub(super) struct Money {
    privacy: watch::Sender<Privacy>,
    thresholds: Vec<Amount>,
    watch: Watch,
    pub(super) attended: Attended,
}

/// Other choices; what is absent stays.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    privacy: Option<String>,
    thresholds: Option<Vec<String>>,
}

impl Money {
    /// As the last run left it.
    pub(super) fn woken(loaded: &Loaded) -> Self {
        let setting = |key: &str| loaded.settings.get(key).map(String::as_str);
        let privacy = setting(PRIVACY).and_then(|name| name.parse().ok()).unwrap_or_default();
        let thresholds = setting(THRESHOLDS).map_or_else(usual, amounts);
        let told = setting(TOLD).map(amounts).unwrap_or_default();
        let watch = Watch::new(thresholds.clone(), MARGIN).told(&told);
        let attended = Attended::woken(loaded);
        Self { privacy: watch::Sender::new(privacy), thresholds, watch, attended }
    }

    pub(super) fn privacy(&self) -> Privacy {
        *self.privacy.borrow()
    }

    pub(super) fn watch_privacy(&self) -> watch::Receiver<Privacy> {
        self.privacy.subscribe()
    }

    /// What may be kept of these.
    pub(super) fn kept(&self, events: Vec<Event>) -> Vec<Event> {
        let privacy = self.privacy();
        if privacy == Privacy::Complete {
            return events;
        }
        let kept =
            |event: Event| Some(Event { body: Body::from(&privacy.of_event(event.body.read())?), ..event });
        events.into_iter().filter_map(kept).collect()
    }

    fn shown(&self) -> Value {
        let thresholds: Vec<String> = self.thresholds.iter().map(ToString::to_string).collect();
        json!({"schema": "billing-settings/1", "privacy": self.privacy().name(), "thresholds": thresholds})
    }
}

impl Mirroring {
    /// The office's days, where the account says where it is.
    pub(super) fn calendar(&self) -> Calendar {
        let zones = self
            .documents
            .of(Kind::User)
            .filter_map(|user| user.body.read().get("timezone")?.as_str().and_then(Calendar::new));
        zones.into_iter().next().or_else(|| Calendar::new(ZONE)).unwrap_or_else(Calendar::utc)
    }

    /// How numbers are written here: in the country of the account's first address, in the area of its first number.
    pub(super) fn dialling(&self) -> Dialling {
        let text = |body: &Value, name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
        let country = self.documents.of(Kind::Address).find_map(|address| {
            let body = address.body.read();
            text(&body, "countrycode").or_else(|| text(&body, "country"))
        });
        let identity = self.documents.of(Kind::Identity).next().map(|identity| identity.body.read());
        let locale = identity.and_then(|body| text(&body, "locale"));
        let country = country.filter(|country| country.len() == 2);
        let country = country.or_else(|| locale?.rsplit_once('_').map(|(_, country)| country.to_owned()));
        country.map_or_else(|| Dialling::german(None), |country| Dialling::of(&country))
    }

    pub(super) fn billing_settings(&self) -> Value {
        self.money.shown()
    }

    /// Takes other choices over, on disk first.
    pub(super) async fn set_billing(&mut self, wanted: Value) -> Result<Value, String> {
        let wanted: Wanted = serde_json::from_value(wanted).map_err(|fault| fault.to_string())?;
        let privacy = wanted.privacy.map(|name| name.parse::<Privacy>()).transpose();
        let privacy = privacy.map_err(|fault| fault.to_string())?;
        if let Some(texts) = wanted.thresholds {
            self.set_thresholds(&texts).await?;
        }
        if let Some(privacy) = privacy.filter(|privacy| *privacy != self.money.privacy()) {
            self.set_privacy(privacy).await?;
        }
        Ok(self.money.shown())
    }

    async fn set_thresholds(&mut self, texts: &[String]) -> Result<(), String> {
        let thresholds: Result<Vec<Amount>, _> = texts.iter().map(|text| text.parse::<Amount>()).collect();
        let thresholds = thresholds.map_err(|fault| fault.to_string())?;
        if thresholds.len() > MOST {
            return Err(format!("at most {MOST} thresholds"));
        }
        self.keep_billing(vec![(THRESHOLDS, in_words(thresholds.iter().copied())), (TOLD, String::new())])
            .await?;
        self.money.watch = Watch::new(thresholds.clone(), MARGIN);
        self.money.thresholds = thresholds;
        self.look_at_credit().await;
        Ok(())
    }

    /// From now on no more than this is kept; what is kept already is gone over, and the cloud's history read anew.
    async fn set_privacy(&mut self, privacy: Privacy) -> Result<(), String> {
        let before = self.money.privacy();
        self.keep_billing(vec![(PRIVACY, privacy.name().to_owned())]).await?;
        self.money.privacy.send_replace(privacy);
        tokio::time::sleep(ON_THE_WAY).await;
        let mut meta = self.meta.clone();
        (meta.history, meta.channels) = (mirror::Trail::default(), std::collections::BTreeMap::new());
        let written = serde_json::to_value(&meta).unwrap_or_default();
        let far = SystemTime::now() + Duration::from_secs(366 * 24 * 60 * 60);
        let anew = vec![
            Write::Events { put: Vec::new(), forget_before: Some(far) },
            Write::Mirror { put: Vec::new(), gone: Vec::new(), meta: written },
            Write::Wipe,
        ];
        let (store, data) = (Arc::clone(&self.store), self.data.clone());
        let gone_over = tokio::task::spawn_blocking(move || {
            if privacy.keeps_less_than(before) {
                go_over(&store, privacy).map_err(|fault| fault.to_string())?;
            }
            store.write(Batch(anew)).map_err(|fault| fault.to_string())?;
            store::forget_copy(&data).map_err(|fault| fault.to_string())
        });
        gone_over.await.map_err(|fault| fault.to_string())??;
        self.meta = meta;
        self.history.begin_anew();
        Ok(())
    }

    /// Says once for each threshold that the credit fell below it, and takes the notice back when it rose.
    pub(super) async fn look_at_credit(&mut self) {
        let house = self.snapshot();
        let Some(balance) = &house.balance else { return self.notices.little_credit(None) };
        let credit = Amount::ten_thousandths(balance.ten_thousandths);
        if let Some(level) = self.money.watch.look(credit) {
            warn!("the account's credit fell below a threshold");
            let told = in_words(self.money.watch.all_told());
            if let Err(fault) = self.keep_billing(vec![(TOLD, told)]).await {
                warn!(%fault, "what was told of the credit could not be kept");
            }
            tracing::debug!(%level, "the threshold");
        }
        let below = self.money.thresholds.iter().any(|level| credit < *level);
        let written = |amount: Amount| format!("{amount} {}", balance.currency);
        self.notices.little_credit(below.then(|| written(credit)).as_deref());
    }

    pub(super) async fn keep_billing(&self, settings: Vec<(&'static str, String)>) -> Result<(), String> {
        let store = Arc::clone(&self.store);
        let writes = settings.into_iter().map(|(key, value)| Write::Setting { key: key.to_owned(), value });
        let batch = Batch(writes.collect());
        let saved = tokio::task::spawn_blocking(move || store.write(batch)).await;
        saved.map_err(|fault| fault.to_string())?.map_err(|fault| fault.to_string())
    }
}

/// Takes out of the box's own records what may not be kept any longer; waits for the disk.
fn go_over(store: &Store, privacy: Privacy) -> Result<(), store::WriteFailed> {
    if privacy == Privacy::Nothing {
        return store.write(Write::ForgetRecords);
    }
    let reader = store.reader();
    let mut before = None;
    loop {
        let page = reader.call_records(before, PAGE)?;
        let shorter = page.records.into_iter().filter_map(|record| privacy.of_record(record)).collect();
        store.write(Write::Shorten(shorter))?;
        before = page.older;
        if before.is_none() {
            return Ok(());
        }
    }
}

fn usual() -> Vec<Amount> {
    USUAL.map(Amount::ten_thousandths).to_vec()
}

/// Amounts in millionths, as they are kept.
fn amounts(text: &str) -> Vec<Amount> {
    text.split_whitespace().filter_map(|word| word.parse().ok().map(Amount::millionths)).collect()
}

fn in_words(amounts: impl Iterator<Item = Amount>) -> String {
    amounts.map(|amount| amount.as_millionths().to_string()).collect::<Vec<_>>().join(" ")
}
