//! Every package in the house has a licence that `deny.toml` allows. `cargo deny check licenses` says
//! the same with more words; this needs no tool.

use serde_json::Value;

use crate::{metadata, text};

fn deny() -> toml::Table {
    text("deny.toml").expect("deny.toml").parse().expect("valid TOML")
}

fn strings(value: &toml::Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(|one| Some(one.as_str()?.to_owned())).collect()
}

/// Whether an SPDX expression can be kept with the allowed licences alone.
fn kept(expression: &str, allowed: &[String]) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let (answer, rest) = any(&words, allowed);
    answer && rest.is_empty()
}

fn any<'a>(words: &'a [&'a str], allowed: &[String]) -> (bool, &'a [&'a str]) {
    let (mut answer, mut rest) = all(words, allowed);
    while let ["OR", tail @ ..] = rest {
        let (other, after) = all(tail, allowed);
        (answer, rest) = (answer || other, after);
    }
    (answer, rest)
}

fn all<'a>(words: &'a [&'a str], allowed: &[String]) -> (bool, &'a [&'a str]) {
    let (mut answer, mut rest) = one(words, allowed);
    while let ["AND", tail @ ..] = rest {
        let (other, after) = one(tail, allowed);
        (answer, rest) = (answer && other, after);
    }
    (answer, rest)
}

fn one<'a>(words: &'a [&'a str], allowed: &[String]) -> (bool, &'a [&'a str]) {
    let holds = |name: &str| allowed.iter().any(|one| one == name);
    match words {
        ["(", rest @ ..] => {
            let (answer, rest) = any(rest, allowed);
            (answer, rest.strip_prefix(&[")"]).unwrap_or(rest))
        }
        [name, "WITH", exception, rest @ ..] => {
            (holds(&format!("{name} WITH {exception}")) || holds(name), rest)
        }
        [name, rest @ ..] => (holds(name), rest),
        [] => (false, words),
    }
}

/// Whether the file that clears up a licence begins with the licence's name.
fn says(package: &Value, entry: &toml::Value, licence: &str) -> bool {
    let manifest = std::path::Path::new(package["manifest_path"].as_str().unwrap());
    let file = manifest.with_file_name(entry["license-files"][0]["path"].as_str().unwrap());
    std::fs::read_to_string(file).is_ok_and(|text| text.starts_with(licence))
}

#[test]
fn every_package_has_a_licence_we_allow() {
    let deny = deny();
    let [allowed, exceptions, clarified] =
        ["allow", "exceptions", "clarify"].map(|key| &deny["licenses"][key]);
    let allowed = strings(allowed);
    let listed = |list: &toml::Value, name: &str| {
        let entries = list.as_array().cloned().unwrap_or_default();
        entries.into_iter().find(|entry| entry.get("crate").and_then(|one| one.as_str()) == Some(name))
    };
    let meta = metadata(&["--filter-platform=x86_64-unknown-linux-gnu"]);
    let named = |package: &Value, key: &str| package[key].as_str().unwrap_or_default().to_owned();
    let mut wrong = vec![];
    for node in meta["resolve"]["nodes"].as_array().unwrap() {
        let package =
            meta["packages"].as_array().unwrap().iter().find(|one| one["id"] == node["id"]).unwrap();
        let [name, mut licence] = ["name", "license"].map(|key| named(package, key));
        let mut fitting = allowed.clone();
        if let Some(entry) = listed(exceptions, &name) {
            fitting.extend(strings(&entry["allow"]));
        }
        if let Some(entry) = listed(clarified, &name) {
            entry["expression"].as_str().unwrap().clone_into(&mut licence);
            assert!(says(package, &entry, &licence), "{name}: its licence file does not say {licence}");
        }
        if !kept(&licence, &fitting) {
            wrong.push(format!("{name}: {licence:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn expressions_are_read_as_spdx_means_them() {
    let allowed = ["MIT".to_owned(), "Apache-2.0".to_owned()];
    for good in ["MIT", "MIT/GPL-3.0", "GPL-3.0 OR (MIT AND Apache-2.0)", "Apache-2.0 WITH LLVM-exception"] {
        assert!(kept(good, &allowed), "{good}");
    }
    for bad in ["", "GPL-3.0", "MIT AND GPL-3.0", "(MIT OR GPL-3.0) AND ISC"] {
        assert!(!kept(bad, &allowed), "{bad}");
    }
}
