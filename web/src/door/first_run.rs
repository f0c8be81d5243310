//! How far setting up has come. Of two people who tick at the very same moment one tick may be lost; it is made again.

use super::Door;
use crate::VaultFailed;
use crate::vault::{FirstRun, Step};

impl Door {
    /// What people said about the steps so far.
    pub(crate) async fn first_run(&self) -> Result<FirstRun, VaultFailed> {
        self.vault.first_run().await
    }

    /// Somebody says that a step is right.
    pub(crate) async fn confirm_step(&self, step: Step) -> Result<(), VaultFailed> {
        let mut run = self.vault.first_run().await?;
        run.skipped.remove(&step);
        if run.confirmed.insert(step) { self.vault.keep_first_run(run).await } else { Ok(()) }
    }

    /// Somebody puts a step off.
    pub(crate) async fn skip_step(&self, step: Step) -> Result<(), VaultFailed> {
        let mut run = self.vault.first_run().await?;
        if run.skipped.insert(step) { self.vault.keep_first_run(run).await } else { Ok(()) }
    }

    /// The box is handed over; its first page no longer asks to go on.
    pub(crate) async fn hand_over(&self) -> Result<(), VaultFailed> {
        let mut run = self.vault.first_run().await?;
        run.confirmed.insert(Step::Handover);
        run.finished = Some(self.clock.now());
        self.vault.keep_first_run(run).await
    }
}
