//! What udev knows of a device, as it writes it below `/run/udev/data`: a line for each thing, a letter and a colon in front.

use std::collections::BTreeMap;

/// A file of udev's is smaller; in bytes.
pub const LARGEST: u64 = 64 * 1024;
/// Properties and links of one device, at most.
const MOST: usize = 256;
/// Longest name or value, in bytes.
const LONGEST: usize = 512;

/// Properties (`E:`) and links below `/dev` (`S:`).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Properties {
    pub(super) properties: BTreeMap<String, String>,
    pub(super) links: Vec<String>,
}

impl Properties {
    /// Reads a file; lines of other kinds, too long ones and such with what cannot be shown are passed over.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let mut this = Self::default();
        let fine = |line: &&str| line.len() <= 2 * LONGEST && !line.chars().any(char::is_control);
        for line in text.lines().filter(fine).take(4 * MOST) {
            match line.split_once(':') {
                Some(("E", property)) if this.properties.len() < MOST => {
                    let named = property
                        .split_once('=')
                        .filter(|(name, value)| !name.is_empty() && value.len() <= LONGEST);
                    this.properties.extend(named.map(|(name, value)| (name.to_owned(), value.to_owned())));
                }
                Some(("S", link)) if this.links.len() < MOST => this.links.push(link.to_owned()),
                _ => {}
            }
        }
        this
    }

    /// The value of a property.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.properties.get(name).map(String::as_str)
    }

    /// The name of the first link in this folder of `/dev`: a plain one.
    #[must_use]
    pub fn link(&self, folder: &str) -> Option<&str> {
        let mut names = self.links.iter().filter_map(|link| link.strip_prefix(folder));
        names.find(|name| !name.is_empty() && !name.contains('/') && *name != "..")
    }
}
