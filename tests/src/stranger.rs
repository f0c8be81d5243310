//! Somebody who has never seen the page: finds everything by the words on it, and counts every click.

use std::path::{Path, PathBuf};

use crate::Browser;

/// A stranger at a browser.
#[derive(Debug)]
pub struct Stranger {
    browser: Browser,
    clicks: usize,
    pictures: Option<PathBuf>,
}

impl Stranger {
    /// Opens the address that is printed on the box; pictures of the way are kept in a folder, if one is named.
    #[must_use]
    pub fn opens(address: &str, pictures: Option<&Path>) -> Self {
        let browser = Browser::start();
        browser.opens(address);
        Self { browser, clicks: 0, pictures: pictures.map(Path::to_owned) }
    }

    /// The browser itself.
    #[must_use]
    pub const fn browser(&self) -> &Browser {
        &self.browser
    }

    /// How often they clicked so far.
    #[must_use]
    pub const fn clicks(&self) -> usize {
        self.clicks
    }

    /// Types into the field with this label.
    pub fn fills(&self, label: &str, text: &str) {
        let field = self.browser.evaluates(&format!(
            "return [...document.querySelectorAll('label')].find((it) => it.innerText.trim() === {label:?})?.htmlFor"
        ));
        let field = field.as_str().unwrap_or_else(|| panic!("no field {label:?}: {}", self.browser.text()));
        self.browser.types(&format!("[id='{field}']"), text);
    }

    /// Clicks on the link or button with these words, or that begins with them, outside the navigation.
    pub fn clicks_on(&mut self, words: &str) {
        self.looks_back();
        let script = format!(
            "const found = [...document.querySelectorAll('main a, main button')]
                .find((it) => it.innerText.trim().startsWith({words:?}) && it.checkVisibility());
             found?.setAttribute('data-stranger', ''); return found !== undefined"
        );
        let found = self.browser.evaluates(&script).as_bool().unwrap_or_default();
        assert!(found, "nothing to click called {words:?}: {}", self.browser.text());
        self.browser.clicks("[data-stranger]");
        self.clicks += 1;
    }

    /// Waits until the page says this.
    pub fn reads(&self, words: &str) {
        self.browser.shows(words);
    }

    /// Loads the page again and again until it says this: one click more.
    pub fn reloads_until(&mut self, words: &str) {
        self.clicks += 1;
        crate::until(&format!("{words:?} on the page"), || {
            let _ = self.browser.evaluates("location.reload()");
            self.browser.text().contains(words).then_some(())
        });
    }

    /// Keeps a picture of where they stand.
    pub fn looks_back(&self) {
        if let Some(folder) = &self.pictures {
            self.browser.takes_a_picture(&folder.join(format!("walk-{:02}.png", self.clicks)));
        }
    }
}
