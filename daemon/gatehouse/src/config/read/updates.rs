//! The section `[updates]`: where new versions are looked for.

use web::Starts;

use super::{Page, Part};
use crate::config::Updates;

/// Where the image keeps them.
const KEYS: &str = "/usr/share/gatehouse";
/// An address longer than this is none; in bytes.
const LONGEST: usize = 500;

impl<'t> Page<'t> {
    pub(super) fn updates(&mut self, part: Part<'t>) -> Updates {
        let feed = self.text(part, "feed", "");
        let protected = feed.starts_with("https://") || feed.starts_with("http://127.0.0.1:");
        if !feed.is_empty() && (!protected || feed.len() > LONGEST || feed.contains(char::is_whitespace)) {
            let reason = "name the feed by its address, \"https://updates.example.com/feed\"";
            self.problem_at(part, "feed", reason.to_owned());
        }
        let ways = [("off", None), ("quiet", Some(Starts::Quiet)), ("night", Some(Starts::Night))];
        let install = self.choice(part, "install", None, &ways);
        if install.is_some() && feed.is_empty() {
            self.problem_at(part, "install", "without a feed there is nothing to install".to_owned());
        }
        Updates {
            feed: (!feed.is_empty()).then_some(feed),
            install,
            keys: self.text(part, "keys", KEYS).into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use web::Starts;

    use super::super::parse;

    #[test]
    fn nobody_is_asked_unless_a_feed_is_named_and_nothing_installed_unless_that_is_said() {
        let updates = |text: &str| parse("a.toml", text).unwrap().updates;
        let none = updates("");
        assert_eq!((none.feed, none.install, none.keys.to_str()), (None, None, Some(super::KEYS)));
        let shown = updates("[updates]\nfeed = \"https://updates.example.com/feed\"\n");
        assert_eq!((shown.feed.as_deref(), shown.install), (Some("https://updates.example.com/feed"), None));
        let night = updates("[updates]\nfeed = \"https://updates.example.com/feed\"\ninstall = \"night\"\n");
        assert_eq!(night.install, Some(Starts::Night));
    }

    #[test]
    fn a_feed_that_is_not_protected_and_installing_without_one_are_named() {
        for (text, key) in [
            ("[updates]\nfeed = \"http://updates.example.com/feed\"\n", "updates.feed"),
            ("[updates]\nfeed = \"https://a b\"\n", "updates.feed"),
            ("[updates]\ninstall = \"quiet\"\n", "updates.install"),
            ("[updates]\nfeed = \"https://a\"\ninstall = \"yes\"\n", "updates.install"),
        ] {
            let refused = parse("a.toml", text).unwrap_err().to_string();
            assert!(refused.contains(key), "{key}: {refused}");
        }
    }
}
