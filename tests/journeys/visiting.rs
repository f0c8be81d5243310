//! Somebody who administers the box, at a browser.

use tests::{Browser, Gatehouse, Place};

const PASSWORD: &str = "Pruefung-2026";

/// Opens the page of a box for the first time and sets it up; comes back signed in, with the page's address.
pub(crate) fn admin(house: &Gatehouse) -> (Browser, String) {
    admin_in(house, "de", "Abmelden")
}

/// The same in a language, in which the button for signing out is called this.
pub(crate) fn admin_in(house: &Gatehouse, lang: &str, sign_out: &str) -> (Browser, String) {
    admin_at(Place::Here, house, lang, sign_out)
}

/// The same at a browser elsewhere.
pub(crate) fn admin_at(place: Place, house: &Gatehouse, lang: &str, sign_out: &str) -> (Browser, String) {
    let browser = Browser::at(place);
    let page = format!("https://{}:8443", house.address());
    browser.opens(&format!("{page}/setup?lang={lang}"));
    for (field, text) in
        [("#code", house.setup_code().as_str()), ("#password", PASSWORD), ("#repeat", PASSWORD)]
    {
        browser.types(field, text);
    }
    browser.clicks("form button");
    // On the overview, or the steps of setting up while there is no account yet.
    browser.shows(sign_out);
    (browser, page)
}

/// A file on the disk of whoever sits at the browser, to be typed into a field for files.
pub(crate) fn file(house: &Gatehouse, name: &str, content: &str) -> String {
    let path = house.folder().join(name);
    std::fs::write(&path, content).unwrap();
    path.display().to_string()
}

/// The text at an address, as the browser gets it with its session.
pub(crate) fn download(browser: &Browser, path: &str) -> String {
    let script = format!(
        "const r = new XMLHttpRequest(); r.open('GET', '{path}', false); r.send(); return r.status + ' ' + r.responseText"
    );
    browser.evaluates(&script).as_str().unwrap_or_default().to_owned()
}
