//! What a client may change: each request becomes a patch of the account.

use hyper::Method;
use serde_json::{Value, json};

use crate::account::{Account, public};
use crate::answer::{Answer, Refused};
use crate::auth::Caller;
use crate::cloud::Cloud;

/// Carries out one change, or says why not.
pub(crate) fn change(
    cloud: &Cloud,
    caller: &Caller,
    method: &Method,
    path: &str,
    body: &[u8],
) -> Result<Answer, Refused> {
    let account = cloud.account();
    let asked: Value = if body.is_empty() { Value::Null } else { parsed(body)? };
    // Groups are made and removed by version 3 only.
    let path = path
        .strip_prefix("/v2/")
        .or_else(|| path.strip_prefix('/').filter(|path| path.starts_with("v3/groups")));
    let segments: Vec<&str> = path.ok_or(Refused::MethodNotAllowed)?.split('/').collect();
    let wish = Wish { account: &account, asked: &asked };
    let (scope, patch, answer) = match (method.as_str(), segments.as_slice()) {
        ("PUT" | "DELETE" | "POST", ["devices", id, rest @ ..]) => wish.device(method, id, rest)?,
        ("PUT", ["users", id, what]) => wish.user(id, what)?,
        ("PUT" | "POST" | "DELETE", ["numbers", rest @ ..]) => wish.number(method, rest)?,
        ("POST" | "DELETE", ["groups", group, "devices", rest @ ..]) => wish.group(group, rest)?,
        ("POST", ["v3", "groups"]) => wish.new_group()?,
        ("DELETE", ["v3", "groups", group]) => wish.no_group(group)?,
        ("POST" | "PUT" | "DELETE", ["contacts", rest @ ..]) => wish.contact(caller, method, rest)?,
        ("DELETE", ["users", user]) => {
            wish.is_there("users", user)?;
            ("users:write", json!({"users": {*user: null}}), Answer::Empty)
        }
        ("DELETE", ["blacklist", "incoming", number]) => wish.unblock(number)?,
        ("POST", ["blacklist", "incoming"]) => wish.block()?,
        ("POST", [user, "devices", "register"]) => wish.new_device(user)?,
        ("POST", [user, "callrestrictions", what]) => wish.restrict(user, what)?,
        ("PUT", [_, "phonelines", line, "forwardings"]) => wish.forward(line)?,
        // The trap of the real one: without ids it takes everything.
        ("DELETE", ["history"]) => ("history:write", json!({"history": null}), Answer::Empty),
        _ => return Err(Refused::MethodNotAllowed),
    };
    if !caller.has_scope(&[scope]) {
        return Err(Refused::ScopeMissing);
    }
    cloud.patch("", patch).map_err(|_| Refused::BadParameter("body"))?;
    Ok(answer)
}

type Deed = (&'static str, Value, Answer);

struct Wish<'a> {
    account: &'a Account,
    asked: &'a Value,
}

impl Wish<'_> {
    fn field(&self, name: &'static str) -> Result<&Value, Refused> {
        self.asked.get(name).ok_or(Refused::BadParameter(name))
    }

    fn text(&self, name: &'static str) -> Result<&str, Refused> {
        self.field(name)?.as_str().ok_or(Refused::BadParameter(name))
    }

    fn is_there(&self, kind: &str, id: &str) -> Result<(), Refused> {
        self.account.object(kind, id).map(drop).ok_or(Refused::NotFound)
    }

    fn device(&self, method: &Method, id: &str, rest: &[&str]) -> Result<Deed, Refused> {
        self.is_there("devices", id)?;
        let (patch, answer) = match (method.as_str(), rest) {
            ("PUT", ["alias"]) => (json!({"alias": self.field("value")?}), Answer::Empty),
            ("PUT", ["callerid"]) => (json!({"_callerid": self.field("value")?}), Answer::Empty),
            ("PUT", []) => {
                let address = self.field("emergencyAddressId")?.as_u64();
                let address = address.ok_or(Refused::BadParameter("emergencyAddressId"))?.to_string();
                (json!({"dnd": self.field("dnd")?, "emergencyAddressId": address}), Answer::Empty)
            }
            ("DELETE", []) => (Value::Null, Answer::Empty),
            ("POST", ["credentials", "password"]) => {
                let password = format!("made-{:016x}", rand::random::<u64>());
                (json!({"_password": password}), Answer::Json(json!({"password": password})))
            }
            _ => return Err(Refused::MethodNotAllowed),
        };
        Ok(("devices:write", json!({"devices": {id: patch}}), answer))
    }

    fn new_device(&self, user: &str) -> Result<Deed, Refused> {
        self.is_there("users", user)?;
        let number = |id: &str| id.strip_prefix('e')?.parse::<u32>().ok();
        let next =
            self.account.objects("devices").filter_map(|(id, _)| number(id)).max().map_or(0, |last| last + 1);
        let id = format!("e{next}");
        let device = json!({"_owner": user, "_password": format!("made-{next}"), "_phonelines": [], "_groups": [],
            "alias": self.text("alias")?, "type": "REGISTER", "dnd": false, "emergencyAddressId": ""});
        let answer = Answer::Json(Value::Object(public(&id, &device)));
        Ok(("devices:write", json!({"devices": {id: device}}), answer))
    }

    fn user(&self, id: &str, what: &str) -> Result<Deed, Refused> {
        self.is_there("users", id)?;
        let (scope, patch) = match what {
            "role" => ("users:role:write", json!({"admin": self.field("admin")?})),
            "busyonbusy" => ("users:busyonbusy:write", json!({"busyOnBusy": self.field("enabled")?})),
            "defaultdevice" => {
                ("users:defaultdevice:write", json!({"defaultDevice": self.field("deviceId")?}))
            }
            "location" => {
                let address = self.field("addressId")?.as_u64().ok_or(Refused::BadParameter("addressId"))?;
                ("users:write", json!({"addressId": address.to_string()}))
            }
            _ => return Err(Refused::NotFound),
        };
        Ok((scope, json!({"users": {id: patch}}), Answer::Empty))
    }

    fn number(&self, method: &Method, rest: &[&str]) -> Result<Deed, Refused> {
        let patch = match (method.as_str(), rest) {
            ("POST", ["quickdial"]) => {
                let (user, number) = (self.text("userId")?, self.text("number")?);
                let taken = |it: &Value| it.get("number").and_then(Value::as_str) == Some(number);
                if self.account.objects("numbers").any(|(_, it)| taken(it)) {
                    return Err(Refused::BadParameter("number"));
                }
                let endpoint = self.account.owned("phonelines", user).next().map_or(user, |(line, _)| line);
                let id = format!("{}", 900_000 + self.account.objects("numbers").count());
                let new = json!({"number": number, "localized": number, "type": "QUICKDIAL", "endpointId": endpoint});
                json!({"numbers": {id: new}})
            }
            ("DELETE", ["quickdial", id]) => {
                self.is_there("numbers", id)?;
                json!({"numbers": {*id: null}})
            }
            ("PUT", [id]) => {
                self.is_there("numbers", id)?;
                json!({"numbers": {*id: {"endpointId": self.field("endpointId")?}}})
            }
            _ => return Err(Refused::MethodNotAllowed),
        };
        Ok(("numbers:write", patch, Answer::Empty))
    }

    fn group(&self, group: &str, rest: &[&str]) -> Result<Deed, Refused> {
        self.is_there("groups", group)?;
        let device = match rest {
            [device] => *device,
            _ => self.text("deviceId")?,
        };
        let found = self.account.object("devices", device).ok_or(Refused::NotFound)?;
        let groups = found.get("_groups").and_then(Value::as_array).cloned().unwrap_or_default();
        let mut groups: Vec<Value> = groups.into_iter().filter(|it| it != group).collect();
        if rest.is_empty() {
            groups.push(group.into());
        }
        Ok(("groups:devices:write", json!({"devices": {device: {"_groups": groups}}}), Answer::Empty))
    }

    fn new_group(&self) -> Result<Deed, Refused> {
        let number = |id: &str| id.strip_prefix('g')?.parse::<u32>().ok();
        let last = self.account.objects("groups").filter_map(|(id, _)| number(id)).max();
        let id = format!("g{}", last.map_or(0, |last| last + 1));
        let group = json!({"alias": self.text("alias")?, "_voicemails": []});
        let answer = Answer::Json(Value::Object(public(&id, &group)));
        Ok(("groups:write", json!({"groups": {id: group}}), answer))
    }

    /// Its devices stay, and belong to one group less.
    fn no_group(&self, group: &str) -> Result<Deed, Refused> {
        self.is_there("groups", group)?;
        let groups = |device: &Value| device.get("_groups").and_then(Value::as_array).cloned();
        let without = |(id, device): (&str, &Value)| {
            let left: Vec<Value> = groups(device)?.into_iter().filter(|it| it != group).collect();
            Some((id.to_owned(), json!({"_groups": left})))
        };
        let devices: serde_json::Map<_, _> = self.account.objects("devices").filter_map(without).collect();
        Ok(("groups:write", json!({"groups": {group: null}, "devices": devices}), Answer::Empty))
    }

    fn contact(&self, caller: &Caller, method: &Method, rest: &[&str]) -> Result<Deed, Refused> {
        let patch = match rest {
            [id] if method == Method::PUT => {
                self.is_there("contacts", id)?;
                let mut contact = self.asked.clone();
                let fields = contact.as_object_mut().ok_or(Refused::BadParameter("body"))?;
                fields.remove("id");
                json!({"contacts": {*id: contact}})
            }
            [id] => {
                self.is_there("contacts", id)?;
                json!({"contacts": {*id: null}})
            }
            _ => {
                let id = format!("c{}", 1 + self.account.objects("contacts").count());
                let mut contact = self.asked.clone();
                let fields = contact.as_object_mut().ok_or(Refused::BadParameter("body"))?;
                fields.insert("_owner".to_owned(), caller.user.as_str().into());
                json!({"contacts": {id: contact}})
            }
        };
        Ok(("contacts:write", patch, Answer::Empty))
    }

    fn block(&self) -> Result<Deed, Refused> {
        let number = self.text("phoneNumber")?;
        if self.account.object("blacklist", number).is_some() {
            return Err(Refused::Conflict);
        }
        let patch = json!({"blacklist": {number: {"isBlock": self.field("isBlock")?}}});
        Ok(("blacklist:write", patch, Answer::Json(self.asked.clone())))
    }

    fn unblock(&self, number: &str) -> Result<Deed, Refused> {
        let number = number.replace("%2B", "+");
        self.is_there("blacklist", &number)?;
        Ok(("blacklist:write", json!({"blacklist": {number: null}}), Answer::Empty))
    }

    fn restrict(&self, user: &str, what: &str) -> Result<Deed, Refused> {
        self.is_there("callrestrictions", user)?;
        let patch = json!({"callrestrictions": {user: {what: self.field("enabled")?}}});
        Ok(("callrestrictions:write", patch, Answer::Empty))
    }

    fn forward(&self, line: &str) -> Result<Deed, Refused> {
        self.is_there("phonelines", line)?;
        let patch = json!({"phonelines": {line: {"_forwardings": self.field("forwardings")?}}});
        Ok(("phonelines:forwardings:write", patch, Answer::Empty))
    }
}

fn parsed(body: &[u8]) -> Result<Value, Refused> {
    serde_json::from_slice(body).map_err(|_| Refused::BadParameter("body"))
}
