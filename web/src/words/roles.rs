//! What the roles are called, and what each may do.

use super::Lang;
use crate::vault::Role;

impl Lang {
    pub(crate) const fn role(self, role: Role) -> &'static str {
        match role {
            Role::Owner => self.pick("Inhaber", "Owner"),
            Role::Admin => self.pick("Verwalter", "Admin"),
            Role::Installer => self.pick("Einrichter", "Installer"),
            Role::Operator => self.pick("Bediener", "Operator"),
            Role::Auditor => self.pick("Prüfer", "Auditor"),
            Role::User => self.pick("Benutzer", "User"),
        }
    }

    /// What each of them may do.
    pub(crate) const fn role_may(self, role: Role) -> &'static str {
        match role {
            Role::Owner => self.pick("darf alles", "may do everything"),
            Role::Admin => {
                self.pick("darf alles, außer Inhaber bestimmen", "may do everything but name owners")
            }
            Role::Installer => self.pick("richtet ein, bis zu einem Tag", "sets up, until a day"),
            Role::Operator => {
                self.pick("bedient Gespräche, Telefone und Fax", "works with calls, phones and fax")
            }
            Role::Auditor => self.pick("sieht alles, ändert nichts", "sees everything, changes nothing"),
            Role::User => self.pick("nur die eigenen Gespräche", "own calls only"),
        }
    }
}
