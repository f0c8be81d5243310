//! Whether messages wait in a mailbox (RFC 3842).

use std::fmt::Write as _;

use super::DocumentRefused;

/// Kind of this body.
pub const KIND: &str = "application/simple-message-summary";

/// Larger summaries are not read.
const MOST_BYTES: usize = 8 * 1024;

/// What a mailbox holds. The lamp is lit exactly when something in it is new.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct MessageSummary {
    /// The lamp.
    pub waiting: bool,
    /// The address to call to hear the messages.
    pub account: Option<String>,
    /// How many voice messages.
    pub voice: VoiceMessages,
}

/// Voice messages by kind.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct VoiceMessages {
    /// Not heard yet.
    pub new: u32,
    /// Heard.
    pub old: u32,
    /// Of the new ones, how many are urgent.
    pub urgent_new: u32,
    /// Of the old ones, how many are urgent.
    pub urgent_old: u32,
}

impl MessageSummary {
    /// The document.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        let mut out = format!("Messages-Waiting: {}\r\n", if self.waiting { "yes" } else { "no" });
        if let Some(account) = &self.account {
            let account: String = account.chars().filter(|character| !character.is_control()).collect();
            // Writing to a String cannot fail.
            let _ = write!(out, "Message-Account: {account}\r\n");
        }
        let VoiceMessages { new, old, urgent_new, urgent_old } = self.voice;
        let _ = write!(out, "Voice-Message: {new}/{old} ({urgent_new}/{urgent_old})\r\n");
        out.into_bytes()
    }

    /// Reads a document; kinds of messages other than voice are left out.
    ///
    /// # Errors
    /// [`DocumentRefused`]
    pub fn parse(bytes: &[u8]) -> Result<Self, DocumentRefused> {
        if bytes.len() > MOST_BYTES {
            return Err(DocumentRefused::TooLarge);
        }
        let text = str::from_utf8(bytes).map_err(|_| DocumentRefused::Malformed)?;
        let line = |name: &str| {
            let pairs = text.lines().filter_map(|line| line.split_once(':'));
            pairs
                .filter(|(found, _)| found.trim().eq_ignore_ascii_case(name))
                .map(|(_, value)| value.trim())
                .next()
        };
        let waiting = match line("Messages-Waiting").map(str::to_ascii_lowercase).as_deref() {
            Some("yes") => true,
            Some("no") => false,
            _ => return Err(DocumentRefused::Value("Messages-Waiting")),
        };
        let voice = line("Voice-Message").map(VoiceMessages::read);
        let voice = voice.unwrap_or_else(|| Some(VoiceMessages::default()));
        let voice = voice.ok_or(DocumentRefused::Value("Voice-Message"))?;
        let account = line("Message-Account").map(str::to_owned);
        if account.as_ref().is_some_and(|account| account.contains(char::is_control)) {
            return Err(DocumentRefused::Value("Message-Account"));
        }
        Ok(Self { waiting, account, voice })
    }
}

impl VoiceMessages {
    /// `2/8` or `2/8 (0/2)` (RFC 3842 5.2).
    fn read(value: &str) -> Option<Self> {
        let pair = |text: &str| {
            let (new, old) = text.split_once('/')?;
            Some((new.trim().parse().ok()?, old.trim().parse().ok()?))
        };
        let (all, urgent) = value.split_once('(').unwrap_or((value, "0/0)"));
        let ((new, old), (urgent_new, urgent_old)) =
            (pair(all)?, pair(urgent.trim_end().strip_suffix(')')?)?);
        Some(Self { new, old, urgent_new, urgent_old })
    }
}
