//! A form: what may be filled in, what is sent, and why it was not taken.

use askama::Template;

/// A form of its own on a page.
#[derive(Template)]
#[template(path = "parts/form.html")]
pub(crate) struct Form {
    title: String,
    lead: String,
    action: String,
    fields: Vec<Field>,
    button: String,
    /// Why it was not taken the last time.
    refusal: Option<String>,
    /// It cannot be sent now.
    disabled: bool,
    /// What it does cannot be undone.
    grave: bool,
    /// A line among others; its fields' names begin with this.
    key: Option<&'static str>,
}

/// Things that may be asked for, a line each.
#[derive(Template)]
#[template(path = "parts/asks.html")]
pub(crate) struct Asks {
    title: String,
    /// Why nothing can be asked for now.
    closed: Option<String>,
    forms: Vec<Form>,
}

impl Asks {
    pub(crate) fn new(title: impl Into<String>, closed: Option<String>) -> Self {
        Self { title: title.into(), closed, forms: Vec::new() }
    }

    pub(crate) fn ask(mut self, mut form: Form) -> Self {
        form.disabled = self.closed.is_some();
        self.forms.push(form);
        self
    }

    /// The same, when there is something to ask for.
    pub(crate) fn ask_some(self, form: Option<Form>) -> Self {
        match form {
            Some(form) => self.ask(form),
            None => self,
        }
    }
}

/// One thing to fill in.
pub(crate) struct Field {
    name: &'static str,
    label: String,
    hint: String,
    value: String,
    kind: Kind,
    required: bool,
}

enum Kind {
    /// Of this type (HTML 4.10.5.1), completed by the browser with this (HTML 4.10.18.7).
    Line(&'static str, &'static str),
    /// One of several: value and words.
    Choice(Vec<(String, String)>),
    /// Yes or no.
    Tick,
    /// A file from the reader's disk, of these types (HTML 4.10.5.1.17).
    File(&'static str),
    /// Sent along, not shown.
    Hidden,
}

impl Form {
    pub(crate) fn new(
        title: impl Into<String>,
        action: impl Into<String>,
        button: impl Into<String>,
    ) -> Self {
        let (lead, fields) = (String::new(), Vec::new());
        let (title, action, button) = (title.into(), action.into(), button.into());
        Self { title, lead, action, fields, button, refusal: None, disabled: false, grave: false, key: None }
    }

    /// One line among others of which each names its own act.
    pub(crate) fn line(action: impl Into<String>, act: &'static str, button: impl Into<String>) -> Self {
        let form = Self { key: Some(act), ..Self::new("", action, button) };
        form.field(Field::hidden("act", act))
    }

    /// How it is sent (HTML 4.10.21.3): files need a form of many parts.
    fn encoding(&self) -> &'static str {
        let file = self.fields.iter().any(|field| matches!(field.kind, Kind::File(_)));
        if file { "multipart/form-data" } else { "application/x-www-form-urlencoded" }
    }

    fn id(&self, field: &Field) -> String {
        self.key.map_or_else(|| field.name.to_owned(), |key| format!("{key}-{}", field.name))
    }

    /// What it is for.
    pub(crate) fn lead(self, lead: impl Into<String>) -> Self {
        Self { lead: lead.into(), ..self }
    }

    pub(crate) fn field(mut self, field: Field) -> Self {
        self.fields.push(field);
        self
    }

    pub(crate) fn refused(self, refusal: Option<String>) -> Self {
        Self { refusal, ..self }
    }

    /// What it does cannot be undone.
    pub(crate) fn grave(self) -> Self {
        Self { grave: true, ..self }
    }
}

impl Field {
    fn new(name: &'static str, label: impl Into<String>, kind: Kind) -> Self {
        Self { name, label: label.into(), hint: String::new(), value: String::new(), kind, required: true }
    }

    pub(crate) fn line(name: &'static str, label: impl Into<String>) -> Self {
        Self::new(name, label, Kind::Line("text", "off"))
    }

    /// `current-password` or `new-password`.
    pub(crate) fn password(name: &'static str, label: impl Into<String>, completed: &'static str) -> Self {
        Self::new(name, label, Kind::Line("password", completed))
    }

    pub(crate) fn day(name: &'static str, label: impl Into<String>) -> Self {
        Self::new(name, label, Kind::Line("date", "off"))
    }

    pub(crate) fn choice(
        name: &'static str,
        label: impl Into<String>,
        choices: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        Self::new(name, label, Kind::Choice(choices.into_iter().collect()))
    }

    pub(crate) fn tick(name: &'static str, label: impl Into<String>) -> Self {
        Self::new(name, label, Kind::Tick).optional()
    }

    /// A file to choose; `accept` is what the browser offers first.
    pub(crate) fn file(name: &'static str, label: impl Into<String>, accept: &'static str) -> Self {
        Self::new(name, label, Kind::File(accept))
    }

    pub(crate) fn hidden(name: &'static str, value: impl Into<String>) -> Self {
        Self::new(name, "", Kind::Hidden).value(value)
    }

    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: hint.into(), ..self }
    }

    /// As it is now.
    pub(crate) fn value(self, value: impl Into<String>) -> Self {
        Self { value: value.into(), ..self }
    }

    pub(crate) fn optional(self) -> Self {
        Self { required: false, ..self }
    }
}
