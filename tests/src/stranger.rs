//! Somebody who has never seen the page: finds everything by the words on it, and counts every click.

use std::path::{Path, PathBuf};

use crate::{Browser, until};

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

    /// Types into the field with this label, once the page shows it.
    pub fn fills(&self, label: &str, text: &str) {
        let script = format!(
            "return [...document.querySelectorAll('label')].find((it) => it.innerText.trim() === {label:?})?.htmlFor"
        );
        let field = until(&format!("a field {label:?}"), || {
            self.browser.evaluates(&script).as_str().map(str::to_owned)
        });
        self.browser.types(&format!("[id='{field}']"), text);
    }

    /// Clicks on the link or button with these words, or that begins with them, outside the navigation, once it is there.
    pub fn clicks_on(&mut self, words: &str) {
        self.looks_back();
        let script = format!(
            "const found = [...document.querySelectorAll('main a, main button')]
                .find((it) => it.innerText.trim().startsWith({words:?}) && it.checkVisibility());
             found?.setAttribute('data-stranger', ''); return found !== undefined"
        );
        until(&format!("something to click called {words:?}"), || {
            self.browser.evaluates(&script).as_bool().filter(|found| *found)
        });
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
        until(&format!("{words:?} on the page"), || {
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
