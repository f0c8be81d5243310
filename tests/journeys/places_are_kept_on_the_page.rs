//! The installer tells the box where phones stand, with forms that need no script: places, bindings, a table, a report.

use std::fs;

use serde_json::{Value, json};
use tests::{Gatehouse, PracticeCloud, until};

use super::places_follow_the_phone::bind;

const PASSWORD: &str = "Pruefung-2026";

/// Somebody who is signed in, with nothing but forms.
pub(crate) struct Visitor<'a> {
    house: &'a Gatehouse,
    jar: String,
}

impl<'a> Visitor<'a> {
    pub(crate) fn new(house: &'a Gatehouse) -> Self {
        let jar = house.folder().join("cookies").display().to_string();
        let this = Self { house, jar };
        let code = house.setup_code();
        let (status, _) =
            this.sends("/setup?lang=en", &[("code", &code), ("password", PASSWORD), ("repeat", PASSWORD)]);
        assert_eq!(status, 303, "signed in");
        this
    }

    pub(crate) fn opens(&self, path: &str) -> String {
        let (status, page) = self.house.fetch(path, &["-b", &self.jar, "-H", "accept-language: en"]);
        assert_eq!(status, 200, "{path}: {page}");
        page
    }

    /// What a form sends; with the revision that the page shows.
    fn changes(&self, fields: &[(&str, &str)]) -> (u16, String) {
        let page = self.opens("/locations/bindings");
        let revision =
            page.split("name=\"revision\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        let revision = revision.expect("the form names its revision").to_owned();
        self.sends("/locations/change", &[&[("revision", revision.as_str())], fields].concat())
    }

    pub(crate) fn sends(&self, path: &str, fields: &[(&str, &str)]) -> (u16, String) {
        let fields: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut options = vec!["-b", &self.jar, "-c", &self.jar, "-H", "sec-fetch-site: same-origin"];
        options.extend(["-H", "accept-language: en"]);
        fields.iter().for_each(|field| options.extend(["--data-urlencode", field]));
        self.house.fetch(path, &options)
    }
}

#[test]
fn places_and_bindings_are_entered_without_a_script_and_every_change_is_remembered() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    let visitor = Visitor::new(&house);
    until("the sites of the account", || {
        visitor.opens("/locations").contains("/locations/places/3").then_some(())
    });
    let room = [("act", "place"), ("id", "0"), ("parent", "1"), ("kind", "room"), ("name", "Teeküche")];
    let (status, page) = visitor.changes(&[&room[..], &[("civic.floor", "2")]].concat());
    assert_eq!(status, 303, "{page}");
    let (status, page) =
        visitor.changes(&[("act", "bind"), ("kind", "device"), ("key", "e3"), ("place", "4")]);
    assert_eq!(status, 303, "{page}");
    let phone = visitor.opens("/locations/phones/e3");
    assert!(phone.contains("Teeküche") && phone.contains("pinned by hand"), "{phone}");
    assert!(visitor.opens("/locations").contains("Teeküche"));
    let trail = visitor.opens("/locations/changes");
    assert!(
        trail.contains("Place made or changed") && trail.contains("Phone that never moves e3"),
        "{trail}"
    );
    let report = visitor.opens("/locations/report");
    assert!(report.contains("NOT commissioned") && report.contains("Teeküche"), "{report}");
    let rules = house.tells("locations --dial-rules");
    assert_eq!(rules["digit_map"], "110|112|0110|0112", "{rules}");
    // What does not fit is said, and changes nothing.
    let (status, page) =
        visitor.changes(&[("act", "bind"), ("kind", "vlan"), ("key", "9999"), ("place", "4")]);
    assert!(status == 422 && page.contains("a number from 1 to 4094"), "{status}: {page}");
    let (status, page) =
        visitor.sends("/locations/change", &[("revision", "0"), ("act", "remove"), ("place", "4")]);
    assert!(status == 412 && page.contains("Somebody else changed something"), "{status}: {page}");
    assert!(visitor.opens("/locations").contains("Teeküche"));
}

#[test]
fn a_table_replaces_all_bindings_or_names_every_row_that_is_wrong() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    let visitor = Visitor::new(&house);
    until("the sites of the account", || {
        visitor.opens("/locations").contains("/locations/places/3").then_some(())
    });
    let file = house.folder().join("bindings.csv");
    let import = |table: &str| {
        fs::write(&file, table).unwrap();
        let page = visitor.opens("/locations/bindings");
        let revision =
            page.split("name=\"revision\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        let revision = format!("revision={}", revision.unwrap());
        let table = format!("table=@{}", file.display());
        let origin = "sec-fetch-site: same-origin";
        house.fetch(
            "/locations/import?lang=en",
            &["-b", &visitor.jar, "-H", origin, "-H", "accept-language: en", "-F", &revision, "-F", &table],
        )
    };
    let (status, page) = import("kind,key,place\nvlan,20,1\nvlan,9999,1\nsubnet,10.0.0.0/8,99\n");
    assert!(status == 422 && page.contains("Row 3") && page.contains("Row 4"), "{status}: {page}");
    assert!(
        !visitor.opens("/locations/bindings").contains("<span class=\"code\">20</span>"),
        "none was taken"
    );
    let (status, page) = import("kind,key,place\nvlan,20,1\nsubnet,10.0.0.0/8,2\n");
    assert_eq!(status, 303, "{page}");
    let (_, table) = house.fetch("/api/v1/locations/bindings.csv", &["-b", &visitor.jar]);
    assert!(table.contains("vlan,20,1,") && table.contains("subnet,10.0.0.0/8,2,"), "{table}");
}

#[test]
fn the_address_of_a_phone_is_written_to_the_account_and_counts_once_the_cloud_says_so() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    let visitor = Visitor::new(&house);
    let page = until("the phone's page", || {
        let page = visitor.opens("/locations/phones/e3");
        page.contains("Address in the account").then_some(page)
    });
    assert!(page.contains("(not verified)"), "the third address is not: {page}");
    let wanted: [(&[(&str, &str)], &str); 2] = [
        (&[("device", "e3"), ("address", "89")], "/account/devices/e3/emergencyAddressId"),
        (&[("device", "e3"), ("user", "w2"), ("address", "89")], "/account/users/w2/addressId"),
    ];
    for (fields, path) in wanted {
        let (status, page) = visitor.sends("/locations/account", fields);
        assert_eq!(status, 303, "{page}");
        until(&format!("the address in the cloud: {path}"), || {
            let told = cloud.told("GET", path, &Value::Null);
            (told.trim().trim_matches('"') == "89").then_some(())
        });
    }
    until("the address here", || {
        let phones = house.tells("locations")["phones"].as_array()?.clone();
        let phone = phones.into_iter().find(|phone| phone["device"] == "e3")?;
        phone["address"].as_str()?.contains("Beispielweg").then_some(())
    });
    let (status, _) = visitor.sends("/locations/account", &[("device", "e3"), ("address", "4711")]);
    assert_eq!(status, 409, "no address of the account");
}

#[test]
fn a_phone_that_nobody_has_placed_is_named_on_every_page_until_somebody_does() {
    let cloud = PracticeCloud::office();
    cloud.told("PATCH", "/account/devices/e3", &json!({"emergencyAddressId": null}));
    cloud.told("PATCH", "/account/users/w2", &json!({"addressId": null}));
    let house = Gatehouse::beside(&cloud);
    let unlocated = |wanted: &Value| {
        until(&format!("unlocated phones: {wanted}"), || {
            let banner =
                house.tells("status")["notices"].to_string().contains("Nobody knows where 1 phones stand");
            let list = house.tells("locations")["unlocated"].clone();
            (list == *wanted && banner == (list != json!([]))).then_some(())
        });
    };
    unlocated(&json!(["e3"]));
    bind(&house, "device", "e3", 1);
    unlocated(&json!([]));
}

#[test]
fn another_site_s_form_changes_nothing() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    let visitor = Visitor::new(&house);
    let options = [
        "-b",
        visitor.jar.as_str(),
        "-H",
        "sec-fetch-site: cross-site",
        "-d",
        "act=remove&place=1&revision=1",
    ];
    assert_eq!(house.fetch("/locations/change", &options).0, 403);
}
