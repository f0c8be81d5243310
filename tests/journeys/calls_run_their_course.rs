//! Calls of every usual shape, each step checked by the peers: hold, hang-up from either side, many at once.

use tests::{Gatehouse, Login, PracticeCloud, Sipp};

fn one_call(calling: &'static str, answering: &'static str) {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    let desk = at_desk(&house, cloud.phone("103"), answering, 1);
    Sipp::new(calling).to(house.sip()).calling("103").row(cloud.phone("102")).pausing(300).passes();
    desk.passes();
    tests::until("the call to be forgotten", || (house.calls() == 0).then_some(()));
}

#[test]
fn the_caller_hangs_up() {
    one_call("call.xml", "answer.xml");
}

#[test]
fn the_called_one_hangs_up() {
    one_call("call_until_hangup.xml", "answer_and_hang_up.xml");
}

#[test]
fn the_caller_wants_to_be_sure_that_it_rings() {
    one_call("call_reliably.xml", "answer.xml");
}

#[test]
fn the_caller_holds_and_comes_back() {
    one_call("call_hold.xml", "answer.xml");
}

#[test]
fn fifty_calls_at_once_all_pass() {
    let cloud = PracticeCloud::generated(51);
    let house = Gatehouse::beside(&cloud);
    let (callee, callers) = cloud.phones.split_first().unwrap();
    let desk = at_desk(&house, callee, "answer.xml", 50);
    let mut calls =
        Sipp::new("call.xml").to(house.sip()).calling(&callee.extension).pausing(1000).calls(50, 50);
    for caller in callers {
        calls = calls.row(caller);
    }
    assert_eq!(calls.passes().passed, 50);
    desk.passes();
}

fn at_desk(house: &Gatehouse, login: &Login, scenario: &'static str, calls: u32) -> tests::sipp::Running {
    let desk = Sipp::new(scenario).pausing(100).calls(calls, 50);
    Sipp::new("register.xml").from_port(desk.port()).to(house.sip()).row(login).passes();
    desk.start()
}
