//! What happened in the cloud on its way into the store: the account's history and each channel's events, a page at a
//! time, each saved with the trail it leaves.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use account::ChannelId;
use cloud::FetchFailed;
use mirror::{Event, Failure, Kind, Listed, Window, read_history};
use serde_json::Value;
use store::{Batch, Write};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tracing::warn;

use super::super::spare::give_back;
use super::now::Meta;
use super::{Ended, Mirroring, SyncFailed};

/// What people watch is at most a minute old.
const EVERY: Duration = Duration::from_secs(50);
/// When the account has none, or the token may not read it.
const ABSENT: Duration = Duration::from_secs(24 * 60 * 60);
const AFTER_FAILURE: Duration = Duration::from_secs(60);
/// Entries passed over in one go forwards, at most: more than a month of a large office.
const ENTRIES: usize = 100_000;
/// Channels read, at most.
const CHANNELS: usize = 500;

/// Who tells what happened.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Teller {
    /// `/v2/history`, for the whole account.
    Account,
    /// A channel of a neo account.
    Channel(ChannelId),
}

/// When to go on with one teller, and in which direction.
#[derive(Default)]
struct Turn {
    due: Option<Instant>,
    /// Entries passed over while reading forwards.
    skip: usize,
    /// Backwards next: the two take turns until the beginning is reached.
    back: bool,
}

/// One page is under way at a time.
#[derive(Default)]
pub(super) struct Reading {
    /// Pages asked for so far.
    asked: u64,
    /// The page under way, by the number it was asked under.
    awaited: Option<u64>,
    turns: BTreeMap<Teller, Turn>,
    /// Nobody is asked before this.
    rest: Option<Instant>,
}

/// Where a page lies in what its teller knows.
enum Place {
    Dates(Window),
    Position,
}

impl Place {
    /// How many entries to pass over on the page that follows.
    fn after(&self, listed: Listed) -> usize {
        match self {
            Self::Dates(window) => window.after(listed),
            // A position says it all.
            Self::Position => 0,
        }
    }
}

/// One page and where it belongs.
pub(super) struct Page {
    number: u64,
    teller: Teller,
    place: Place,
    back: bool,
    answer: Result<Value, FetchFailed>,
}

impl Reading {
    pub(super) fn next(&self, now: Instant) -> Option<Instant> {
        let due = self.turns.values().map(|turn| turn.due.unwrap_or(now)).min().unwrap_or(now);
        self.awaited.is_none().then(|| self.rest.map_or(due, |rest| rest.max(due)))
    }

    /// Nobody is asked now.
    fn rests(&self, now: Instant) -> bool {
        self.next(now).is_some_and(|next| next > now)
    }

    pub(super) fn hurry(&mut self) {
        self.rest = None;
        self.turns.values_mut().for_each(|turn| turn.due = None);
    }

    /// Another account lies behind the token: nothing of its history may come in, not even what is under way.
    pub(super) fn stop(&mut self) {
        self.begin_anew();
        self.rest = Some(Instant::now() + AFTER_FAILURE);
    }

    /// Nothing is known any more; the page under way belongs to what was known before.
    pub(super) fn begin_anew(&mut self) {
        *self = Self { asked: self.asked, ..Self::default() };
    }

    pub(super) const fn is_busy(&self) -> bool {
        self.awaited.is_some()
    }

    /// A page is asked for; the number it comes back with.
    const fn asks(&mut self) -> u64 {
        self.asked += 1;
        self.awaited = Some(self.asked);
        self.asked
    }

    /// Whether the page with this number is the one awaited; then none is any more.
    fn came(&mut self, number: u64) -> bool {
        self.awaited.take_if(|awaited| *awaited == number).is_some()
    }

    /// Who is asked next: whoever has waited longest, newcomers first.
    fn whose_turn(&mut self, channels: impl Iterator<Item = ChannelId>, now: Instant) -> Option<Teller> {
        let tellers = || std::iter::once(Teller::Account);
        let all: Vec<Teller> = tellers().chain(channels.take(CHANNELS).map(Teller::Channel)).collect();
        self.turns.retain(|teller, _| all.contains(teller));
        for teller in all {
            self.turns.entry(teller).or_default();
        }
        let rests = self.is_busy() || self.rest.is_some_and(|rest| rest > now);
        let due = self.turns.iter().filter(|(_, turn)| turn.due.is_none_or(|due| due <= now) && !rests);
        due.min_by_key(|(_, turn)| turn.due).map(|(teller, _)| teller.clone())
    }

    /// The cloud does not tell it: what is put off for a day.
    fn is_absent(&self, teller: &Teller) -> bool {
        let due = self.turns.get(teller).and_then(|turn| turn.due);
        due.is_some_and(|due| due > Instant::now() + 2 * AFTER_FAILURE)
    }

    fn put_off(&mut self, teller: &Teller, pause: Duration) {
        if let Some(turn) = self.turns.get_mut(teller) {
            turn.due = Some(Instant::now() + pause);
        }
    }
}

impl Mirroring {
    /// Asks for the next page once phones can call.
    pub(super) async fn start_history(&mut self, rounds: &mut JoinSet<Ended>) {
        let now = Instant::now();
        if self.meta.fetched().is_none() {
            return;
        }
        let channels = self.documents.of(Kind::Channel).filter_map(|channel| channel.key.id.parse().ok());
        let Some(teller) = self.history.whose_turn(channels, now) else { return };
        let Ok(client) = self.client().await else {
            self.history.rest = Some(now + AFTER_FAILURE);
            return;
        };
        let turn = self.history.turns.get(&teller);
        let (skip, back) = turn.map_or((0, false), |turn| (turn.skip, turn.back));
        let (path, place, back) = self.meta.page_of(&teller, skip, back);
        let number = self.history.asks();
        rounds.spawn(async move {
            let answer = client.page(&path).await;
            Ended::Page(Page { number, teller, place, back, answer })
        });
    }

    pub(super) async fn page_read(&mut self, page: Page) {
        let Page { number, teller, place, back, answer } = page;
        if !self.history.came(number) {
            return;
        }
        let saved = match answer {
            Ok(page) => self.keep_page(&teller, &place, back, &page).await,
            Err(FetchFailed::Unanswered(Failure::Status(403 | 404))) => {
                self.history.put_off(&teller, ABSENT);
                return;
            }
            Err(why) => Err(why.into()),
        };
        if let Err(why) = saved {
            warn!(%why, "what happened in the cloud could not be read on");
            self.history.put_off(&teller, AFTER_FAILURE);
        }
        if self.history.rests(Instant::now()) {
            give_back().await;
        }
    }

    async fn keep_page(
        &mut self,
        teller: &Teller,
        place: &Place,
        back: bool,
        page: &Value,
    ) -> Result<(), SyncFailed> {
        let (events, listed) = read_history(page).map_err(FetchFailed::Unanswered)?;
        let mut meta = self.meta.clone();
        let after = place.after(listed);
        let more = meta.learn(teller, place, back, page, (&events, listed)) && after < ENTRIES;
        let whole = meta.is_whole(teller);
        let put = if self.keeps_history() { self.money.kept(events) } else { Vec::new() };
        let writes = vec![
            Write::Events { put, forget_before: self.forget_before() },
            Write::Mirror {
                put: Vec::new(),
                gone: Vec::new(),
                meta: serde_json::to_value(&meta).unwrap_or_default(),
            },
        ];
        let store = std::sync::Arc::clone(&self.store);
        let saved = tokio::task::spawn_blocking(move || store.write(Batch(writes))).await;
        saved.map_err(|_| SyncFailed::Stopped)??;
        self.meta = meta;
        if let Some(turn) = self.history.turns.get_mut(teller) {
            turn.skip = if more { after } else { 0 };
            turn.back = !back && !more;
            let on = more || (!whole && turn.back) || (back && !whole);
            turn.due = Some(if on { Instant::now() } else { Instant::now() + EVERY });
        }
        Ok(())
    }

    /// Whether everything the cloud tells of the past is here.
    pub(super) fn past_is_whole(&self) -> bool {
        let unread = |teller: &Teller| !self.meta.is_whole(teller) && !self.history.is_absent(teller);
        !self.history.turns.is_empty() && !self.history.turns.keys().any(unread)
    }

    /// `NONE`: the account keeps no history, so neither does the box.
    fn keeps_history(&self) -> bool {
        self.life_time().as_deref() != Some("NONE")
    }

    fn forget_before(&self) -> Option<SystemTime> {
        match self.life_time().as_deref() {
            Some("NONE") => Some(SystemTime::now() + Duration::from_secs(24 * 60 * 60)),
            Some("THIRTY_DAYS") => SystemTime::now().checked_sub(Duration::from_secs(30 * 24 * 60 * 60)),
            _ => None,
        }
    }

    fn life_time(&self) -> Option<String> {
        let account = self.documents.of(Kind::Account).next()?.body.read();
        account.get("historyLifeTime")?.as_str().map(str::to_owned)
    }
}

impl Meta {
    /// The path of the next page, where it lies, and whether it goes towards the beginning.
    fn page_of(&self, teller: &Teller, skip: usize, back: bool) -> (String, Place, bool) {
        match teller {
            Teller::Account => {
                let older = self.history.backward().filter(|_| back);
                let is_back = older.is_some();
                let window = older.unwrap_or_else(|| self.history.forward(skip));
                (window.path(), Place::Dates(window), is_back)
            }
            Teller::Channel(channel) => {
                let trail = self.channels.get(channel).cloned().unwrap_or_default();
                let older = trail.backward(channel).filter(|_| back);
                let is_back = older.is_some();
                (older.unwrap_or_else(|| trail.forward(channel)), Place::Position, is_back)
            }
        }
    }

    /// Takes in a page, and says whether another one follows at once.
    fn learn(
        &mut self,
        teller: &Teller,
        place: &Place,
        back: bool,
        page: &Value,
        (events, listed): (&[Event], Listed),
    ) -> bool {
        match (teller, place) {
            (Teller::Channel(channel), _) => {
                let trail = self.channels.entry(channel.clone()).or_default();
                if !back {
                    return trail.went_forward(events, page, SystemTime::now());
                }
                trail.went_back(events, page);
            }
            (Teller::Account, Place::Dates(window)) if back => self.history.went_back(window, events, listed),
            (Teller::Account, Place::Dates(window)) => {
                return self.history.went_forward(window, events, listed, SystemTime::now());
            }
            // Only channels have positions.
            (Teller::Account, Place::Position) => {}
        }
        false
    }

    fn is_whole(&self, teller: &Teller) -> bool {
        match teller {
            Teller::Account => self.history.is_whole(),
            Teller::Channel(channel) => {
                self.channels.get(channel).is_some_and(mirror::ChannelTrail::is_whole)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Reading;

    #[test]
    fn a_page_of_before_a_new_beginning_is_not_taken_for_the_one_after_it() {
        let mut reading = Reading::default();
        let before = reading.asks();
        reading.begin_anew();
        assert!(!reading.is_busy() && !reading.came(before));
        let after = reading.asks();
        assert!(!reading.came(before) && reading.is_busy());
        assert!(reading.came(after) && !reading.is_busy());
    }
}
