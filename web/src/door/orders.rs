//! What programs asked for under keys of their own.

use super::Door;
use crate::api::{Once, forgettable};
use crate::vault::{Order, OrderName, VaultFailed};

impl Door {
    /// Writes down that an order is begun, unless it was before; then says what is known of it.
    pub(crate) async fn begins(
        &self,
        name: OrderName,
        order: &Order,
        once: &Once,
    ) -> Result<Option<Order>, VaultFailed> {
        if once.is_to_tidy() {
            let forget = forgettable(self.vault.orders().await?, order.at);
            self.vault.drop_orders(forget).await?;
        }
        let before = self.vault.order(name).await?;
        if before.is_none() {
            self.vault.keep_order(name, order.clone()).await?;
        }
        Ok(before)
    }

    /// Writes down what came of it.
    pub(crate) async fn carried_out(&self, name: OrderName, order: Order) -> Result<(), VaultFailed> {
        self.vault.keep_order(name, order).await
    }

    /// It was refused, and changed nothing.
    pub(crate) async fn not_carried_out(&self, name: OrderName) -> Result<(), VaultFailed> {
        self.vault.drop_orders(vec![name]).await
    }
}
