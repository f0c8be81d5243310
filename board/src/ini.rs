//! `key = value` lines as people write them on any system.

/// A settings file longer than this is none; in bytes.
pub const LONGEST: usize = 16 * 1024;

/// One line that says something.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Entry<'t> {
    /// Counted from one.
    pub line: usize,
    /// In the lower case of the list of known keys.
    pub key: &'static str,
    /// Without surrounding spaces and quotation marks.
    pub value: &'t str,
}

/// Why a file cannot be followed; whoever wrote it can mend it.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum IniRefused {
    /// Larger than any settings file.
    #[error("the file is longer than 16 KiB")]
    TooLong,
    /// Not UTF-8.
    #[error("the file is no plain text; save it as UTF-8")]
    NotText,
    /// No `=`.
    #[error("line {0}: write it as key = value")]
    NoValue(usize),
    /// Nothing we know.
    #[error("line {line}: there is no setting {key:?}; known are {known}")]
    Unknown {
        /// Counted from one.
        line: usize,
        /// What stands there.
        key: String,
        /// What could stand there.
        known: String,
    },
    /// Which of both is meant?
    #[error("line {line}: {key} is set twice")]
    Twice {
        /// Counted from one.
        line: usize,
        /// The setting.
        key: &'static str,
    },
}

/// The entries of a file. A byte order mark, CRLF, blank lines, `[headings]` and comments (`#`, `;`) do not matter, nor does the case of keys.
///
/// # Errors
/// When a line cannot be followed; the first one is named.
pub fn entries<'t>(bytes: &'t [u8], known: &'static [&'static str]) -> Result<Vec<Entry<'t>>, IniRefused> {
    if bytes.len() > LONGEST {
        return Err(IniRefused::TooLong);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| IniRefused::NotText)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut found: Vec<Entry<'t>> = Vec::new();
    for (line, said) in (1..).zip(text.lines()) {
        if let Some(entry) = entry(line, said.trim(), known)? {
            if found.iter().any(|earlier| earlier.key == entry.key) {
                return Err(IniRefused::Twice { line, key: entry.key });
            }
            found.push(entry);
        }
    }
    Ok(found)
}

fn entry<'t>(
    line: usize,
    said: &'t str,
    known: &'static [&'static str],
) -> Result<Option<Entry<'t>>, IniRefused> {
    if said.is_empty() || said.starts_with(['#', ';', '[']) {
        return Ok(None);
    }
    let (key, value) = said.split_once('=').ok_or(IniRefused::NoValue(line))?;
    let key = key.trim();
    let Some(key) = known.iter().find(|name| name.eq_ignore_ascii_case(key)) else {
        let key = key.chars().take(40).collect();
        return Err(IniRefused::Unknown { line, key, known: known.join(", ") });
    };
    Ok(Some(Entry { line, key, value: value.trim().trim_matches('"') }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{IniRefused, LONGEST, entries};

    const KNOWN: &[&str] = &["address", "name"];

    #[test]
    fn a_file_from_any_editor_says_the_same() {
        let plain = "# ours\naddress = 10.0.0.2/24\n[net]\nname=\"box\"\n";
        let windows = format!("\u{feff}{}", plain.replace('\n', "\r\n").replace("name", "Name"));
        for text in [plain, &windows] {
            let read: Vec<_> =
                entries(text.as_bytes(), KNOWN).unwrap().iter().map(|e| (e.line, e.key, e.value)).collect();
            assert_eq!(read, [(2, "address", "10.0.0.2/24"), (4, "name", "box")]);
        }
    }

    #[test]
    fn a_mistake_is_named_with_its_line() {
        for (text, said) in [
            ("\naddres = 1", "line 2: there is no setting \"addres\"; known are address, name"),
            ("name", "line 1: write it as key = value"),
            ("name=a\nname=b", "line 2: name is set twice"),
        ] {
            assert_eq!(entries(text.as_bytes(), KNOWN).unwrap_err().to_string(), said);
        }
        assert_eq!(entries(&[0xff, 0xfe, 0x20, 0], KNOWN), Err(IniRefused::NotText));
        assert_eq!(entries(&vec![b' '; LONGEST + 1], KNOWN), Err(IniRefused::TooLong));
    }

    proptest! {
        #[test]
        fn no_file_stops_the_box(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = entries(&bytes, KNOWN);
        }
    }
}
