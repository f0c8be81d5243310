//! What the page and the command line may ask about places.

use std::sync::Arc;

use account::DeviceId;
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};
use web::view::Sentence;
use web::{LocationsAsk, LocationsRefused, Placed};

use super::form::ChangeForm;
use super::test_call::TestCalls;
use super::{Locations, table};

/// A question, and where its answer goes.
#[derive(Debug)]
pub(super) struct Ask(LocationsAsk, oneshot::Sender<Result<Arc<Value>, LocationsRefused>>);

impl Locations {
    /// Answers, and says whether phones may stand elsewhere now.
    pub(super) async fn hear(&mut self, Ask(ask, answer): Ask) -> bool {
        let changes = matches!(ask, LocationsAsk::Change { .. } | LocationsAsk::Import { .. });
        let everything = matches!(ask, LocationsAsk::All);
        let answered = if everything { Ok(self.all()) } else { self.answer(ask).await.map(Arc::new) };
        // Whoever asked may have gone.
        let _ = answer.send(answered);
        changes
    }

    async fn answer(&mut self, ask: LocationsAsk) -> Result<Value, LocationsRefused> {
        match ask {
            LocationsAsk::All => Ok(self.all().as_ref().clone()),
            LocationsAsk::Phone(device) => {
                let device: Option<DeviceId> = device.parse().ok();
                device.and_then(|device| self.shown().if_called(&device)).ok_or(LocationsRefused::Absent)
            }
            LocationsAsk::Trail => Ok(json!({ "schema": "location-changes/1", "changes": self.trail })),
            LocationsAsk::DialRules => {
                let at_once = self.config.rules.numbers.immediate();
                let digit_map = at_once.join("|");
                Ok(json!({ "schema": "dial-rules/1", "at_once": at_once, "digit_map": digit_map }))
            }
            LocationsAsk::Table => Ok(table::written(&self.facts).into()),
            LocationsAsk::Heard { who } => {
                self.heard(&who);
                Ok(json!({ "schema": "heard/1" }))
            }
            LocationsAsk::Change { revision, change, who } => {
                self.is_current(revision)?;
                let wrong = |why: serde_json::Error| {
                    let why = why.to_string();
                    LocationsRefused::Wrong(Sentence::new(format!("Das ist keine Änderung: {why}"), why))
                };
                let form: ChangeForm = serde_json::from_value(change).map_err(wrong)?;
                self.change(who, form).await.map_err(LocationsRefused::Wrong)
            }
            LocationsAsk::Import { revision, table, who } => {
                self.is_current(revision)?;
                let bindings = table::read(&table, &self.facts).map_err(|wrong| match wrong {
                    table::Wrong::File(why) => LocationsRefused::Wrong(why),
                    table::Wrong::Rows(rows) => LocationsRefused::Rows(rows),
                })?;
                let bindings = bindings.iter().map(super::form::BindingForm::of).collect();
                self.change(who, ChangeForm::Rebind { bindings }).await.map_err(LocationsRefused::Wrong)
            }
        }
    }

    fn is_current(&self, revision: u64) -> Result<(), LocationsRefused> {
        if revision == self.revision { Ok(()) } else { Err(LocationsRefused::Changed(self.revision)) }
    }
}

/// What the page asks through.
pub(crate) struct Desk {
    asks: mpsc::Sender<Ask>,
    test_calls: TestCalls,
}

impl Desk {
    pub(super) const fn new(asks: mpsc::Sender<Ask>, test_calls: TestCalls) -> Self {
        Self { asks, test_calls }
    }

    /// Real calls for testing.
    pub(crate) const fn test_calls(&self) -> &TestCalls {
        &self.test_calls
    }

    /// Asks and waits for the answer.
    pub(crate) fn ask(&self, ask: LocationsAsk) -> Placed<'_> {
        Box::pin(async move {
            let (answer, answered) = oneshot::channel();
            self.asks.try_send(Ask(ask, answer)).map_err(|_| LocationsRefused::Busy)?;
            answered.await.unwrap_or(Err(LocationsRefused::Busy))
        })
    }
}
