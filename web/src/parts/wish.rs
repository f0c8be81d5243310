//! What the reader wants of the table on a page: `?q=anna&sort=-name&page=2`, and of what it holds: `&user=w0&from=2026-11-01`.

/// Longest search, in bytes.
const LONGEST: usize = 200;
/// What lists can be narrowed by, beside words.
const FILTERS: [&str; 6] = ["from", "to", "kind", "user", "group", "what"];

/// What the reader wants to see.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Wish {
    /// The words looked for, as typed.
    pub(crate) words: String,
    /// The column to sort by, and whether backwards.
    pub(crate) sort: Option<(String, bool)>,
    /// From 1.
    pub(crate) page: usize,
    /// Where a list read from the disk goes on.
    pub(crate) before: Option<u64>,
    /// Which side of the page.
    pub(crate) of: Option<String>,
    /// What the list is narrowed by, as chosen: names of ours, each once.
    pub(crate) filters: Vec<(&'static str, String)>,
}

impl Wish {
    pub(crate) fn of(query: Option<&str>) -> Self {
        let mut wish = Self { page: 1, ..Self::default() };
        for (name, value) in form(query.unwrap_or_default()) {
            match name.as_str() {
                "q" => wish.words = cut(value.trim(), LONGEST).to_owned(),
                "page" => wish.page = value.parse().unwrap_or(1).max(1),
                "of" => wish.of = Some(cut(&value, 40).to_owned()),
                "before" => wish.before = value.parse().ok(),
                "sort" => {
                    let column = value.trim_start_matches('-');
                    wish.sort = Some((cut(column, 40).to_owned(), value.starts_with('-')));
                }
                other => wish.narrow(other, &value),
            }
        }
        wish
    }

    fn narrow(&mut self, name: &str, value: &str) {
        let Some(name) = FILTERS.into_iter().find(|known| *known == name) else { return };
        let value = cut(value.trim(), LONGEST);
        if !value.is_empty() && self.filter(name).is_none() {
            self.filters.push((name, value.to_owned()));
        }
    }

    /// What one filter is set to.
    pub(crate) fn filter(&self, name: &str) -> Option<&str> {
        self.filters.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// The filters alone, for the address of a file with the same things in it.
    pub(crate) fn narrowed(&self) -> String {
        let parts = self.filters.iter().map(|(name, value)| format!("{name}={}", escaped(value)));
        parts.collect::<Vec<_>>().join("&")
    }

    /// The address of the same page with another wish.
    pub(crate) fn address(&self) -> String {
        let mut parts: Vec<String> = Some(self.narrowed()).filter(|it| !it.is_empty()).into_iter().collect();
        if !self.words.is_empty() {
            parts.push(format!("q={}", escaped(&self.words)));
        }
        if let Some((column, backwards)) = &self.sort {
            parts.push(format!("sort={}{}", if *backwards { "-" } else { "" }, escaped(column)));
        }
        if self.page > 1 {
            parts.push(format!("page={}", self.page));
        }
        format!("?{}", parts.join("&"))
    }
}

/// `application/x-www-form-urlencoded`, as a form of ours sends it (WHATWG URL 5.1).
fn form(query: &str) -> impl Iterator<Item = (String, String)> {
    query.split('&').take(32).filter_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        Some((unescaped(name), unescaped(value)))
    })
}

fn unescaped(text: &str) -> String {
    let mut bytes = text.bytes();
    let mut plain = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        match byte {
            b'+' => plain.push(b' '),
            b'%' => {
                let two: Vec<u8> = bytes.by_ref().take(2).collect();
                let byte = std::str::from_utf8(&two).ok().and_then(|two| u8::from_str_radix(two, 16).ok());
                plain.extend(byte);
            }
            byte => plain.push(byte),
        }
    }
    String::from_utf8_lossy(&plain).into_owned()
}

/// For a place in an address (RFC 3986 2.3).
pub(crate) fn escaped(text: &str) -> String {
    let fine = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes()
        .map(|byte| if fine(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

fn cut(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    text.get(..end.unwrap_or(0)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::Wish;

    #[test]
    fn what_a_form_sends_is_understood_and_kept_in_addresses() {
        let wish = Wish::of(Some("q=Zo%C3%AB+Sch%C3%A4fer%26&sort=-name&page=3"));
        assert_eq!(wish.words, "Zoë Schäfer&");
        assert_eq!(wish.sort, Some(("name".to_owned(), true)));
        assert_eq!(wish.address(), "?q=Zo%C3%AB%20Sch%C3%A4fer%26&sort=-name&page=3");
        assert_eq!(Wish::of(Some(wish.address().trim_start_matches('?'))), wish);
    }

    #[test]
    fn what_a_list_is_narrowed_by_goes_on_to_its_next_page() {
        let wish = Wish::of(Some("from=2026-11-01&user=&kind=fax&kind=call&other=x&page=2"));
        assert_eq!(
            (wish.filter("from"), wish.filter("user"), wish.filter("kind")),
            (Some("2026-11-01"), None, Some("fax"))
        );
        assert_eq!(wish.address(), "?from=2026-11-01&kind=fax&page=2");
        assert_eq!(wish.narrowed(), "from=2026-11-01&kind=fax");
    }

    #[test]
    fn nonsense_is_no_wish() {
        let wish = Wish::of(Some("page=-1&sort=&q=%zz%&before=x&&=&"));
        assert_eq!((wish.page, wish.words.as_str(), wish.before), (1, "", None));
        assert!(Wish::of(Some(&format!("q={}", "ä".repeat(5_000)))).words.len() <= 200);
    }
}
