//! Messages that callers leave in mailboxes of the house: each a file of its own in `messages`.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;

use account::VoiceMessage;
use tracing::{info, warn};

use crate::config::Config;

/// Below the data.
const FOLDER: &str = "messages";
/// What is said to somebody is nobody else's business on this box.
const FOR_US: u32 = 0o700;

/// Where messages go, if mailboxes are wanted and there is a place for them.
pub(super) fn folder(config: &Config) -> Option<PathBuf> {
    let folder = config.data.join(FOLDER);
    if !config.voicemail.enabled {
        return None;
    }
    match DirBuilder::new().recursive(true).mode(FOR_US).create(&folder) {
        Ok(()) => Some(folder),
        Err(fault) => {
            warn!(%fault, folder = %folder.display(), "no mailbox answers: there is no place for messages");
            None
        }
    }
}

/// How mailboxes answer, where they can.
pub(super) fn mailboxes(config: &Config) -> Option<switchboard::Mailboxes> {
    let voicemail = &config.voicemail;
    folder(config)?;
    Some(switchboard::Mailboxes { longest: voicemail.longest, language: voicemail.language })
}

/// A message was left, and its file is whole.
pub(super) fn left(message: &VoiceMessage) {
    let seconds = message.length.as_secs();
    info!(mailbox = %message.mailbox, seconds, "a message was left");
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::config::load;

    fn config(data: &std::path::Path) -> Config {
        let own = load(&data.join("gatehouse.toml"), false).unwrap();
        Config { data: data.to_owned(), ..own }
    }

    #[test]
    fn messages_lie_where_nobody_else_can_read_them() {
        let data = tempfile::tempdir().unwrap();
        let config = config(data.path());
        assert!(mailboxes(&config).is_some());
        let mode = std::fs::metadata(data.path().join("messages")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        assert_eq!(folder(&config), Some(data.path().join("messages")), "also when it is there already");
    }

    #[test]
    fn without_a_place_or_where_they_are_not_wanted_no_mailbox_answers() {
        let data = tempfile::tempdir().unwrap();
        std::fs::write(data.path().join("messages"), "a file").unwrap();
        let mut config = config(data.path());
        assert_eq!(mailboxes(&config), None);
        std::fs::remove_file(data.path().join("messages")).unwrap();
        config.voicemail.enabled = false;
        assert_eq!(mailboxes(&config), None);
        assert!(!data.path().join("messages").exists());
    }
}
