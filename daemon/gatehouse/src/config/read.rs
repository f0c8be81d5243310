//! From text to [`Config`]: unknown keys first, then each value, and all problems at once rather than the first.

mod access;
mod acme;
mod alarm_ways;
mod emergency;
mod looking;
mod mailboxes;
mod outgoing;
mod outside;
mod provisioning;
mod sign_in;
mod telephones;
mod updates;
mod voice;
mod voicemail;

use std::net::Ipv4Addr;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use tracing::level_filters::LevelFilter;

use super::keys::{self, LISTS, SECTIONS, Section, TOP};
use super::{Brought, Cloud, Config, Log, Web};

/// A configuration file larger than this is not one.
pub(super) const LARGEST: u64 = 256 * 1024;

/// Why the configuration cannot be used. The person who wrote the file can mend every one of these.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigRefused {
    /// It could not be read at all.
    #[error("{}: {fault}; check the path and that this user may read it", path.display())]
    Unreadable { path: PathBuf, fault: std::io::Error },
    /// It can be read, but not followed.
    #[error("{}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Wrong { problems: Vec<Problem> },
}

/// One mistake, where it stands and what to do.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{file}:{line}: {key}: {reason}")]
pub(crate) struct Problem {
    pub file: String,
    /// Counted from one.
    pub line: usize,
    /// With its section, `sip.listen`.
    pub key: String,
    pub reason: String,
}

/// Reads `path`; a missing file is an error only if `required`, else every default holds.
pub(crate) fn load(path: &Path, required: bool) -> Result<Config, ConfigRefused> {
    let unreadable = |fault| ConfigRefused::Unreadable { path: path.to_owned(), fault };
    let text = match std::fs::metadata(path) {
        Ok(about) if about.len() > LARGEST => {
            return Err(unreadable(std::io::Error::other("larger than 256 KiB, so hardly a configuration")));
        }
        Ok(_) => std::fs::read_to_string(path).map_err(unreadable)?,
        Err(fault) if fault.kind() == std::io::ErrorKind::NotFound && !required => String::new(),
        Err(fault) => return Err(unreadable(fault)),
    };
    parse(&path.display().to_string(), &text)
}

/// Reads a whole file's text; `file` is only for the messages.
pub(super) fn parse(file: &str, text: &str) -> Result<Config, ConfigRefused> {
    let mut page = Page { file, text, problems: Vec::new() };
    let table = match DeTable::parse(text) {
        Ok(table) => table,
        Err(fault) => {
            let span = fault.span().unwrap_or_default();
            page.problem(&span, "TOML", fault.message().to_owned());
            return Err(ConfigRefused::Wrong { problems: page.problems });
        }
    };
    page.refuse_unknown(table.get_ref());
    let config = page.config(table.get_ref());
    if page.problems.is_empty() {
        return Ok(config);
    }
    page.problems.sort_by_key(|problem| problem.line);
    Err(ConfigRefused::Wrong { problems: page.problems })
}

/// The file while it is read.
struct Page<'t> {
    file: &'t str,
    text: &'t str,
    problems: Vec<Problem>,
}

/// A section of the file, possibly absent.
#[derive(Clone, Copy)]
struct Part<'t> {
    name: &'static str,
    table: Option<&'t DeTable<'t>>,
}

impl<'t> Page<'t> {
    fn config(&mut self, top: &'t DeTable<'t>) -> Config {
        let part = |name| Part { name, table: top.get(name).and_then(|value| value.get_ref().as_table()) };
        let (sip, media, web) = (part("sip"), part("media"), part("web"));
        let trunk = self.trunk(part("trunk"));
        let outgoing = self.outgoing(part("outgoing"));
        let help = (part("emergency"), part("mail"));
        let emergency = self.emergency(help, &trunk.backup, outgoing.country);
        Config {
            file: self.file.into(),
            brought: Brought::No,
            data: self.text(Part { name: "", table: Some(top) }, "data", "/var/lib/gatehouse").into(),
            sip: self.sip(sip),
            media: self.media(media),
            web: Web {
                https: self.parsed(
                    web,
                    "https",
                    (Ipv4Addr::UNSPECIFIED, 8443).into(),
                    "an address and port such as 0.0.0.0:8443",
                ),
                http: self.parsed(
                    web,
                    "http",
                    (Ipv4Addr::UNSPECIFIED, 8080).into(),
                    "an address and port such as 0.0.0.0:8080",
                ),
            },
            sign_in: self.sign_in(web),
            cloud: self.cloud(part("cloud")),
            trunk,
            outgoing,
            provisioning: self.provisioning(part("provisioning")),
            emergency,
            voicemail: self.voicemail(part("voicemail")),
            acme: self.acme(part("acme")),
            updates: self.updates(part("updates")),
            mailboxes: self.mailboxes(part("voicemail")),
            log: Log {
                level: self.parsed(
                    part("log"),
                    "level",
                    LevelFilter::INFO,
                    "one of off, error, warn, info, debug, trace",
                ),
            },
        }
    }

    fn cloud(&mut self, part: Part<'t>) -> Cloud {
        let mut path =
            |key| Some(self.text(part, key, "")).filter(|path| !path.is_empty()).map(PathBuf::from);
        let (token_file, client_secret_file) = (path("token_file"), path("client_secret_file"));
        let authorities = path("authorities");
        let client_id = self.text(part, "client_id", "");
        Cloud {
            api: self.text(part, "api", "https://api.sipgate.com").trim_end_matches('/').to_owned(),
            token_id: self.text(part, "token_id", ""),
            token_file,
            login: self.text(part, "login", "https://login.sipgate.com/auth/realms/sipgate-apps"),
            client_id: Some(client_id).filter(|id| !id.is_empty()),
            client_secret_file,
            redirect: self.text(part, "redirect", "https://gatehouse.local:8443/link/back"),
            authorities,
        }
    }

    fn text(&mut self, part: Part<'t>, key: &str, default: &str) -> String {
        match part.value(key).map(|value| (value, value.get_ref().as_str())) {
            None => default.to_owned(),
            Some((_, Some(text))) => text.to_owned(),
            Some((_, None)) => {
                self.problem_at(part, key, "a text in quotes is wanted here".to_owned());
                default.to_owned()
            }
        }
    }

    fn texts(&mut self, part: Part<'t>, key: &str, default: &[&str]) -> Vec<String> {
        let Some(value) = part.value(key) else { return default.iter().map(ToString::to_string).collect() };
        let list = value.get_ref().as_array();
        let texts: Option<Vec<String>> =
            list.and_then(|all| all.iter().map(|one| one.get_ref().as_str().map(str::to_owned)).collect());
        texts.unwrap_or_else(|| {
            self.problem_at(part, key, "a list of texts is wanted here, [\"...\"]".to_owned());
            Vec::new()
        })
    }

    fn flag(&mut self, part: Part<'t>, key: &str) -> bool {
        match part.value(key).map(Spanned::get_ref) {
            None => false,
            Some(DeValue::Boolean(flag)) => *flag,
            Some(_) => {
                self.problem_at(part, key, "true or false is wanted here".to_owned());
                false
            }
        }
    }

    /// One of a few words, `default` when nothing is said.
    fn choice<T: Copy>(&mut self, part: Part<'t>, key: &str, default: T, choices: &[(&str, T)]) -> T {
        if part.value(key).is_none() {
            return default;
        }
        let text = self.text(part, key, "");
        choices.iter().find(|(word, _)| *word == text).map_or_else(
            || {
                let words: Vec<_> = choices.iter().map(|(word, _)| *word).collect();
                self.problem_at(part, key, format!("{text:?} is none of {}", words.join(", ")));
                default
            },
            |(_, meaning)| *meaning,
        )
    }

    /// A text that is something; `default` when nothing is said.
    fn parsed<T: FromStr>(&mut self, part: Part<'t>, key: &str, default: T, wanted: &str) -> T {
        if part.value(key).is_none() {
            return default;
        }
        let text = self.text(part, key, "");
        text.parse().unwrap_or_else(|_| {
            self.problem_at(part, key, format!("{text:?} does not fit here: {wanted}"));
            default
        })
    }

    fn refuse_unknown(&mut self, top: &DeTable<'_>) {
        for (name, value) in top.iter() {
            let section = SECTIONS.iter().find(|section| section.name == name.get_ref().as_ref());
            match (section, value.get_ref()) {
                (Some(section), DeValue::Table(table)) => {
                    self.refuse_unknown_in(section, table);
                    self.refuse_unknown_in_lists(section, table);
                }
                (Some(section), _) => {
                    self.problem(
                        &name.span(),
                        section.name,
                        format!("this is a section: write [{}]", section.name),
                    );
                }
                (None, _) if TOP.keys.contains(&name.get_ref().as_ref()) => {}
                (None, _) => {
                    let known = TOP.keys.iter().copied().chain(SECTIONS.iter().map(|section| section.name));
                    self.unknown(&name.span(), "", name.get_ref(), known);
                }
            }
        }
    }

    fn refuse_unknown_in(&mut self, section: &Section, table: &DeTable<'_>) {
        for key in table.keys().filter(|key| !section.keys.contains(&key.get_ref().as_ref())) {
            self.unknown(&key.span(), section.name, key.get_ref(), section.keys.iter().copied());
        }
    }

    fn refuse_unknown_in_lists(&mut self, section: &Section, table: &DeTable<'_>) {
        let lists = LISTS.iter().filter(|(inside, _, _)| *inside == section.name);
        let each = lists.flat_map(|(_, key, list)| {
            let all = table.get(*key).and_then(|value| value.get_ref().as_array());
            all.into_iter().flat_map(|all| all.iter()).map(move |one| (list, one))
        });
        for (list, one) in each {
            match one.get_ref().as_table() {
                Some(table) => self.refuse_unknown_in(list, table),
                None => self.problem(&one.span(), list.name, format!("write each one as [[{}]]", list.name)),
            }
        }
    }

    fn unknown<'k>(
        &mut self,
        span: &Range<usize>,
        section: &str,
        key: &str,
        known: impl Iterator<Item = &'k str>,
    ) {
        let dotted = if section.is_empty() { key.to_owned() } else { format!("{section}.{key}") };
        let reason = match keys::nearest(key, known) {
            Some(meant) => format!("there is no such key; did you mean `{meant}`?"),
            None => "there is no such key; remove it".to_owned(),
        };
        self.problem(span, &dotted, reason);
    }

    fn problem_at(&mut self, part: Part<'t>, key: &str, reason: String) {
        let dotted = if part.name.is_empty() { key.to_owned() } else { format!("{}.{key}", part.name) };
        let span = part.value(key).map(Spanned::span).unwrap_or_default();
        self.problem(&span, &dotted, reason);
    }

    fn problem(&mut self, span: &Range<usize>, key: &str, reason: String) {
        let before = self.text.get(..span.start).unwrap_or_default();
        let line = before.bytes().filter(|b| *b == b'\n').count() + 1;
        self.problems.push(Problem { file: self.file.to_owned(), line, key: key.to_owned(), reason });
    }
}

impl<'t> Part<'t> {
    fn value(&self, key: &str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.table?.get(key)
    }
}
