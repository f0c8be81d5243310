//! `SIGHUP`: the configuration is read again and checked; what cannot change while running says so.

use tracing::{error, info};

use crate::config::{Config, brought, load};

/// Reads the file again and gives it to whoever can take changes over. The token file is read at every sync anyway, so a new token
/// needs nothing more.
pub(crate) fn reload(running: &Config) -> Option<Config> {
    // Data stay where they are, whoever said so.
    match load(&running.file, false).map(|own| brought::or_own(Config { data: running.data.clone(), ..own }))
    {
        Ok(wanted) => {
            for change in running.needs_restart(&wanted) {
                info!("[{change}] changed and takes effect at the next start: systemctl restart gatehouse");
            }
            info!("configuration read again");
            Some(wanted)
        }
        Err(refused) => {
            error!("the configuration was not taken over:\n{refused}");
            None
        }
    }
}
