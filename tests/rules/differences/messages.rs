//! Messages like those of phones, each with one oddity.

/// Xorshift: the same seed gives the same message.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn number(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % below
    }

    fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        let place = self.number(words.len() as u64);
        words[usize::try_from(place).expect("a place")]
    }

    fn word(&mut self) -> String {
        let length = 1 + self.number(9);
        (0..length).map(|_| self.pick(&["a", "B", "c", "7", "0", "x", "-", "q", "Z", "3"])).collect()
    }
}

/// A message in its parts.
pub(super) struct Draft {
    start: String,
    headers: Vec<(String, Vec<u8>)>,
    body: String,
    line_end: &'static str,
    before: &'static str,
}

/// What makes a message odd.
pub(super) type Oddity = fn(&mut Draft, &mut Dice);

pub(super) fn message(dice: &mut Dice, oddity: Oddity) -> Vec<u8> {
    let mut draft = sound(dice);
    oddity(&mut draft, dice);
    let mut bytes = format!("{}{}{}", draft.before, draft.start, draft.line_end).into_bytes();
    for (name, value) in &draft.headers {
        bytes.extend([name.as_bytes(), value, draft.line_end.as_bytes()].concat());
    }
    bytes.extend([draft.line_end.as_bytes(), draft.body.as_bytes()].concat());
    bytes
}

fn sound(dice: &mut Dice) -> Draft {
    let method =
        dice.pick(&["INVITE", "REGISTER", "OPTIONS", "BYE", "SUBSCRIBE", "MESSAGE", "REFER", "UPDATE"]);
    let host = dice.pick(&["box.example", "192.0.2.1", "sip.provider.example", "[2001:db8::1]"]);
    let port = dice.pick(&["", ":5060", ":5070"]);
    let display = dice.pick(&["", "Anna ", "\"Anna Meier\" ", "\"M, A\" ", "Anna Meier "]);
    let (user, callee, tag, id) = (dice.word(), dice.word(), dice.word(), dice.word());
    let (number, branch, body) =
        (1 + dice.number(1 << 30), dice.word(), dice.pick(&["", "v=0\r\n", "hello"]));
    let headers = [
        ("Via", format!("SIP/2.0/UDP 192.0.2.7:5062;rport;branch=z9hG4bK{branch}")),
        ("Max-Forwards", "70".to_owned()),
        ("From", format!("{display}<sip:{user}@{host}>;tag={tag}")),
        ("To", format!("<sip:{callee}@{host}>")),
        ("Call-ID", format!("{id}@192.0.2.7")),
        ("CSeq", format!("{number} {method}")),
        ("Contact", format!("<sip:{user}@192.0.2.7:5062>")),
        ("Content-Length", body.len().to_string()),
    ];
    Draft {
        start: format!("{method} sip:{callee}@{host}{port} SIP/2.0"),
        headers: headers.map(|(name, value)| (format!("{name}: "), value.into_bytes())).to_vec(),
        body: body.to_owned(),
        line_end: "\r\n",
        before: "",
    }
}

impl Draft {
    fn value(&mut self, name: &str) -> &mut Vec<u8> {
        let found = self.headers.iter_mut().find(|(found, _)| found.starts_with(name));
        &mut found.expect("a header of every draft").1
    }

    fn set(&mut self, name: &str, value: &str) {
        *self.value(name) = value.as_bytes().to_vec();
    }

    fn rename(&mut self, change: impl Fn(&str) -> String) {
        for (name, _) in &mut self.headers {
            *name = change(name);
        }
    }

    fn add(&mut self, name: &str, value: &str) {
        self.headers.push((name.to_owned(), value.as_bytes().to_vec()));
    }

    fn drop(&mut self, name: &str) {
        self.headers.retain(|(found, _)| !found.starts_with(name));
    }

    fn text(&mut self, name: &str) -> String {
        String::from_utf8_lossy(self.value(name)).into_owned()
    }
}

fn compact(name: &str) -> String {
    let short =
        [("Via", "v"), ("From", "f"), ("To", "t"), ("Call-ID", "i"), ("Contact", "m"), ("Content-L", "l")];
    short
        .iter()
        .find(|(long, _)| name.starts_with(long))
        .map_or_else(|| name.to_owned(), |(_, short)| format!("{short}: "))
}

/// The user of an address is put into other words.
fn with_from(draft: &mut Draft, value: &str) {
    draft.set("From", &format!("{value};tag=t1"));
}

pub(super) const ODDITIES: &[(&str, Oddity)] = &[
    ("none", |_, _| {}),
    ("compact-names", |draft, _| draft.rename(compact)),
    ("small-letters", |draft, _| draft.rename(str::to_ascii_lowercase)),
    ("space-before-colon", |draft, _| draft.rename(|name| name.replace(": ", " \t: "))),
    ("no-space-after-colon", |draft, _| draft.rename(|name| name.replace(": ", ":"))),
    ("folded", |draft, _| {
        let value = draft.text("From").replace(";tag", "\r\n ;tag");
        draft.set("From", &value);
    }),
    ("address-in-a-name", |draft, dice| {
        let user = dice.word();
        with_from(draft, &format!("\"Boss <sip:boss@b.example>\" <sip:{user}@b.example>"));
    }),
    ("quote-in-a-name", |draft, dice| {
        let user = dice.word();
        with_from(draft, &format!("\"a \\\" <sip:x@y> \\\\\" <sip:{user}@b.example>"));
    }),
    ("name-of-latin-1", |draft, _| *draft.value("From") = b"\"J\xf6rg\" <sip:j@b.example>;tag=t1".to_vec()),
    ("name-of-utf-8", |draft, _| with_from(draft, "\"J\u{f6}rg\" <sip:j@b.example>")),
    ("no-brackets", |draft, _| with_from(draft, "sip:j@b.example")),
    ("number-for-a-name", |draft, _| with_from(draft, "<tel:+4930123456>")),
    ("semicolon-in-user", |draft, _| with_from(draft, "<sip:j;par=1@b.example>")),
    ("escaped-user", |draft, _| with_from(draft, "<sip:%6A%00r@b.example>")),
    ("uri-parameters", |draft, _| with_from(draft, "<sip:j@b.example;user=phone;lr>")),
    ("quoted-parameter", |draft, _| {
        draft.set("Contact", "<sip:j@b.example>;+sip.instance=\"<urn:uuid:1, 2>\";q=0.5");
    }),
    ("two-hops-in-a-line", |draft, _| {
        let value = draft.text("Via") + ", SIP/2.0/TCP other.example;branch=z9hG4bKother";
        draft.set("Via", &value);
    }),
    ("spaces-in-via", |draft, _| draft.set("Via", "SIP / 2.0 / UDP 192.0.2.7 : 5062 ;branch=z9hG4bKspaces")),
    ("unknown-transport", |draft, _| draft.set("Via", "SIP/2.0/DTLS-UDP 192.0.2.7;branch=z9hG4bKdtls")),
    ("unknown-method", |draft, _| {
        draft.start = "DANCE sip:j@b.example SIP/2.0".into();
        draft.set("CSeq", "7 DANCE");
    }),
    ("line-ends-in-front", |draft, _| draft.before = "\r\n\r\n"),
    ("bare-line-feeds", |draft, _| draft.line_end = "\n"),
    ("no-length", |draft, _| draft.drop("Content-Length")),
    ("short-body", |draft, _| draft.set("Content-Length", "99")),
    ("long-body", |draft, _| {
        draft.body = "hello".into();
        draft.set("Content-Length", "2");
    }),
    ("two-lengths", |draft, _| draft.add("Content-Length: ", "3")),
    ("signed-length", |draft, _| {
        let value = "+".to_owned() + &draft.text("Content-Length");
        draft.set("Content-Length", &value);
    }),
    ("no-from", |draft, _| draft.drop("From")),
    ("no-call-id", |draft, _| draft.drop("Call-ID")),
    ("two-froms", |draft, _| draft.add("From: ", "<sip:second@b.example>;tag=t2")),
    ("number-too-large", |draft, _| {
        let value = draft.text("CSeq");
        let method = value.split(' ').nth(1).unwrap_or_default();
        draft.set("CSeq", &format!("36893488147419103232 {method}"));
    }),
    ("other-method-in-cseq", |draft, _| draft.set("CSeq", "7 CANCEL")),
    ("open-quote", |draft, _| with_from(draft, "\"Anna <sip:j@b.example>")),
    ("open-bracket", |draft, _| draft.set("From", "<sip:j@b.example")),
    ("other-version", |draft, _| draft.start = draft.start.replace("SIP/2.0", "SIP/7.0")),
    ("space-behind-version", |draft, _| draft.start.push(' ')),
    ("two-spaces", |draft, _| draft.start = draft.start.replacen(' ', "  ", 1)),
    ("brackets-in-first-line", |draft, _| {
        draft.start = draft.start.replace("sip:", "<sip:").replace(" SIP", "> SIP");
    }),
    ("line-without-colon", |draft, _| draft.add("Nonsense", "")),
    ("port-too-large", |draft, _| draft.set("Via", "SIP/2.0/UDP 192.0.2.7:99999;branch=z9hG4bKport")),
];
