//! `[provisioning]`: where telephones find their configuration.

use switchboard::provisioning::{MOST_VENDORS, Pattern, Provisioning};

use super::{Page, Part};

/// Longest name of a vendor, in bytes.
const LONGEST: usize = 64;

impl<'t> Page<'t> {
    /// Without the networks of the house, which nobody has to name.
    pub(super) fn provisioning(&mut self, part: Part<'t>) -> Provisioning {
        let everybody = self.pattern(part);
        let all = part.value("vendor").and_then(|value| value.get_ref().as_array());
        let tables = all.into_iter().flat_map(|all| all.iter()).filter_map(|one| {
            let table = one.get_ref().as_table()?;
            Some(Part { name: "provisioning.vendor", table: Some(table) })
        });
        let mut vendors: Vec<(String, Pattern)> = Vec::new();
        for part in tables {
            let name = self.text(part, "name", "");
            if name.is_empty() || name.len() > LONGEST {
                let reason = "name the vendor as its telephones do, such as name = \"Snom\"";
                self.problem_at(part, "name", reason.to_owned());
            } else if vendors.iter().any(|(known, _)| known.eq_ignore_ascii_case(&name)) {
                self.problem_at(part, "name", format!("{name:?} has an address already"));
            }
            if part.value("url").is_none() {
                self.problem_at(part, "url", "name the address for telephones of this vendor".to_owned());
            }
            vendors.extend(self.pattern(part).map(|pattern| (name, pattern)));
        }
        if vendors.len() > MOST_VENDORS {
            self.problem_at(part, "vendor", format!("more than {MOST_VENDORS} vendors"));
        }
        Provisioning { everybody, vendors, networks: Vec::new() }
    }

    fn pattern(&mut self, part: Part<'t>) -> Option<Pattern> {
        let text = self.text(part, "url", "");
        if text.is_empty() {
            return None;
        }
        text.parse().map_err(|refused| self.problem_at(part, "url", format!("{refused}"))).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;

    #[test]
    fn telephones_are_told_what_the_file_names_and_nothing_unasked() {
        assert!(!parse("a.toml", "").unwrap().provisioning.is_on());
        let text = "[provisioning]\nurl = \"https://10.0.0.1/{mac}.xml\"\n[[provisioning.vendor]]\nname = \"Snom\"\n\
                    url = \"http://10.0.0.2/{model}-{mac}.htm\"\n";
        let told = parse("a.toml", text).unwrap().provisioning;
        assert_eq!(told.everybody, Some("https://10.0.0.1/{mac}.xml".parse().unwrap()));
        assert_eq!(told.vendors, [("Snom".to_owned(), "http://10.0.0.2/{model}-{mac}.htm".parse().unwrap())]);
        assert!(told.networks.is_empty());
    }

    #[test]
    fn what_is_no_address_is_named_with_its_line() {
        for (text, begins) in [
            ("url = \"10.0.0.1/{mac}\"", "a.toml:2: provisioning.url: an address begins with"),
            (
                "url = \"https://h/{ip}\"",
                "a.toml:2: provisioning.url: {ip} is none of {mac}, {vendor}, {model}",
            ),
            ("adress = \"https://h/\"", "a.toml:2: provisioning.adress: there is no such key"),
            (
                "[[provisioning.vendor]]\nname = \"\"\nurl = \"https://h/\"",
                "a.toml:3: provisioning.vendor.name: name",
            ),
            (
                "[[provisioning.vendor]]\nname = \"A\"\n",
                "a.toml:1: provisioning.vendor.url: name the address",
            ),
            (
                "[[provisioning.vendor]]\nname = \"A\"\nuri = \"\"\nurl = \"https://h/\"",
                "a.toml:4: provisioning.vendor.uri",
            ),
            (
                "[[provisioning.vendor]]\nname = \"A\"\nurl = \"https://h/\"\n\
                 [[provisioning.vendor]]\nname = \"a\"\nurl = \"https://h/\"",
                "a.toml:6: provisioning.vendor.name: \"a\" has",
            ),
        ] {
            let refused = parse("a.toml", &format!("[provisioning]\n{text}\n")).unwrap_err().to_string();
            assert!(refused.starts_with(begins) && !refused.contains('\n'), "{text}: {refused}");
        }
        let many = "[[provisioning.vendor]]\nname = \"A?\"\nurl = \"https://h/\"\n";
        let many: String = (0..33).map(|number| many.replace('?', &number.to_string())).collect();
        assert!(parse("a.toml", &many).unwrap_err().to_string().contains("more than 32"));
    }
}
