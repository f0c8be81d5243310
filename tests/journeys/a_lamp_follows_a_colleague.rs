//! A key with a lamp: it goes on when a colleague's phone is called, and off when that is over.

use tests::{Gatehouse, PracticeCloud, Sipp};

#[test]
fn on_when_another_phone_is_called_and_off_when_that_ends() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    let desk = Sipp::new("ring.xml");
    Sipp::new("register.xml").from_port(desk.port()).to(house.sip()).row(cloud.phone("103")).passes();
    let watched = desk.start();
    let watcher = Sipp::new("watch.xml").to(house.sip()).calling("103").row(cloud.phone("102")).start();
    watcher.says("dark");
    let caller =
        Sipp::new("call_cancel.xml").to(house.sip()).calling("103").row(cloud.phone("102")).pausing(3000);
    let caller = caller.start();
    watcher.says("lit");
    caller.passes();
    watcher.passes();
    watched.passes();
}
