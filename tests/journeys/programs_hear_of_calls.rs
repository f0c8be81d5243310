//! A program in the office, such as a customer database, is told of calls as the cloud would tell it; it stands in the way of no
//! call, and no address leads the box where it must not go.

use serde_json::{Value, json};
use tests::{Gatehouse, Lan, PracticeCloud, Program, phone::Setup, program::in_tree, tone::TONES, until};

use crate::asking::ask;

/// Says what it hears.
const CRM: &str = "
import http.server
class Program(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers['content-length'])).decode()
        print('heard', self.path, body, flush=True)
        self.send_response(200)
        self.send_header('content-length', '0')
        self.end_headers()
    def log_message(self, *words): pass
server = http.server.ThreadingHTTPServer(('10.77.0.20', 8080), Program)
print('listens', flush=True)
server.serve_forever()
";

fn told(house: &Gatehouse) -> Value {
    ask(house, "GET", "/api/v1/webhooks", b"")
}

fn wants(house: &Gatehouse, url: &str, inside: bool) -> Value {
    let wanted = json!({ "url": url, "inside": inside }).to_string();
    ask(house, "POST", "/api/v1/webhooks", wanted.as_bytes())
}

/// Addresses of the box, of the cloud it runs in, of the house where nobody ticked that, and of no web at all.
fn nothing_leads_elsewhere(house: &Gatehouse) {
    for (url, inside) in [
        ("http://127.0.0.1:8080/", true),
        ("http://localhost.localdomain@127.0.0.1/", true),
        ("http://169.254.169.254/latest/meta-data", true),
        ("http://10.77.0.20:8080/", false),
        ("https://10.77.0.20/", false),
        ("file:///etc/passwd", true),
    ] {
        let refused = wants(house, url, inside);
        assert!(refused["reason"].is_string(), "{url}: {refused}");
    }
}

/// In order, once, and with who it was.
fn hears_a_whole_call(heard: &str) {
    let events: Vec<&str> = heard
        .lines()
        .filter(|line| line.contains("heard") && !line.contains("callId=test"))
        .filter_map(|line| line.split("event=").nth(1)?.split('&').next())
        .collect();
    assert_eq!(events, ["newCall", "answer", "hangup"], "{heard}");
    for words in ["from=102&to=103&direction=out", "userId%5B%5D=w", "answeringNumber=103"] {
        assert!(heard.contains(words), "{words}: {heard}");
    }
}

#[test]
fn a_program_is_told_of_every_call_and_holds_none_up() {
    let mut lan = Lan::new();
    let (place, address) = lan.host("box", 1);
    let office = in_tree("tests/practice/accounts/office.json");
    let cloud = PracticeCloud::start(&place, std::net::Ipv4Addr::LOCALHOST, &office);
    let mut house = Gatehouse::at(place, address);
    house.mirrors(&cloud.api);
    house.power_on();
    house.knows_the_account();
    let (there, _) = lan.host("crm", 20);
    let mut command = there.command("python3");
    command.args(["-u", "-c", CRM]);
    let mut crm = Program::start("crm", command, house.folder());
    crm.says("listens");

    nothing_leads_elsewhere(&house);
    let shown = wants(&house, "http://10.77.0.20:8080/calls?key=geheim", true);
    assert_eq!(shown["programs"][0]["address"], "http://10.77.0.20:8080/calls", "the key is not shown");
    ask(&house, "POST", "/api/v1/webhooks/1/test", b"");
    crm.says(
        "heard /calls?key=geheim event=newCall&callId=test&from=493023125000&to=493023125001&direction=in",
    );

    let mut desk = |name, last, extension, voice| {
        let (place, address) = lan.host(name, last);
        Setup::new(name, house.sip()).login(cloud.phone(extension)).at(place, address).voice(voice).start()
    };
    let mut anna = desk("anna", 11, "102", TONES[0]);
    let mut ben = desk("ben", 12, "103", TONES[2]);
    anna.registered();
    ben.registered();
    talk(&mut anna, &mut ben);
    crm.says("cause=normalClearing");
    hears_a_whole_call(&crm.log());

    crm.kill();
    talk(&mut anna, &mut ben);
    let failed = until("the vain tries", || {
        let shown = told(&house);
        let last = &shown["programs"][0]["results"][0];
        (last["ok"] == false).then(|| last.clone())
    });
    assert_eq!((&failed["words"]["en"], &failed["tries"]), (&"could not be reached".into(), &2.into()));

    house.power_cut();
    house.power_on();
    until("the program", || {
        told(&house)["programs"].as_array().is_some_and(|all| all.len() == 1).then_some(())
    });
    let gone = ask(&house, "POST", "/api/v1/webhooks/1/gone", b"");
    assert_eq!(gone["programs"], json!([]));
}

fn talk(anna: &mut tests::Phone, ben: &mut tests::Phone) {
    anna.dial("103");
    ben.rings();
    ben.answers();
    anna.talks();
    ben.talks();
    ben.hangs_up();
    anna.call_ends();
    ben.call_ends();
}
