//! `[[web.sign_in]]`: houses whose people may sign in on the page.

use super::{Page, Part};
use crate::config::{Claim, SignIn};

/// What may name an account.
const CLAIMS: [(&str, Claim); 3] =
    [("email", Claim::Email), ("preferred_username", Claim::Login), ("sub", Claim::Subject)];
/// Houses; a sign-in page has no room for more buttons.
const MOST: usize = 5;

impl<'t> Page<'t> {
    pub(super) fn sign_in(&mut self, web: Part<'t>) -> Vec<SignIn> {
        let all = web.value("sign_in").and_then(|value| value.get_ref().as_array());
        let tables = all.into_iter().flat_map(|all| all.iter()).filter_map(|one| {
            let table = one.get_ref().as_table()?;
            Some(Part { name: "web.sign_in", table: Some(table) })
        });
        let read: Vec<SignIn> = tables.map(|part| self.house(part)).collect();
        if read.len() > MOST {
            self.problem_at(web, "sign_in", format!("more than {MOST} ways to sign in"));
        }
        read
    }

    fn house(&mut self, part: Part<'t>) -> SignIn {
        let name = self.text(part, "name", "");
        let fine = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-';
        if name.is_empty() || name.len() > 20 || !name.chars().all(fine) {
            let reason = "a short name of small letters is wanted here, such as name = \"google\"";
            self.problem_at(part, "name", reason.to_owned());
        }
        let issuer = self.text(part, "issuer", "");
        if !(issuer.starts_with("https://") || issuer.starts_with("http://127.0.0.1:")) {
            let reason = "name the issuer as it calls itself, such as \"https://accounts.google.com\"";
            self.problem_at(part, "issuer", reason.to_owned());
        }
        let client = self.text(part, "client_id", "");
        if client.is_empty() {
            let reason = "name the client that was registered at the issuer";
            self.problem_at(part, "client_id", reason.to_owned());
        }
        let (title, secret) = (self.text(part, "title", &name), self.text(part, "client_secret_file", ""));
        SignIn {
            title,
            name,
            issuer,
            client,
            secret_file: (!secret.is_empty()).then(|| secret.into()),
            redirect: self.text(part, "redirect", "https://gatehouse.local:8443/login/back"),
            claim: self.choice(part, "claim", Claim::Email, &CLAIMS),
            private: self.flag(part, "private"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use crate::config::Claim;

    #[test]
    fn a_house_is_read_with_what_it_needs_and_named_where_it_lacks_something() {
        let house = "[[web.sign_in]]\nname = \"google\"\nissuer = \"https://accounts.google.com\"\nclient_id = \"box\"\n";
        let config = parse("a.toml", house).unwrap();
        let [house] = config.sign_in.as_slice() else { panic!("one house") };
        assert_eq!((house.title.as_str(), house.claim, house.private), ("google", Claim::Email, false));
        assert_eq!(house.redirect, "https://gatehouse.local:8443/login/back");
        let wrong =
            "[[web.sign_in]]\nname = \"My House\"\nissuer = \"http://example.org\"\nclaim = \"phone\"\n";
        let refused = parse("a.toml", wrong).unwrap_err().to_string();
        for key in ["sign_in.name", "sign_in.issuer", "sign_in.client_id", "sign_in.claim"] {
            assert!(refused.contains(key), "{key}: {refused}");
        }
    }
}
