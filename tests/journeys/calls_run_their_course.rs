//! Calls of every usual shape, each step checked by the peers: hold, hang-up from either side, many at once.

use tests::{Gatehouse, Login, PracticeCloud, Sipp};

fn one_call(calling: &'static str, answering: &'static str) {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    let desk = at_desks(&house, &[cloud.phone("103").clone()], answering);
    Sipp::new(calling).to(house.sip()).row(cloud.phone("102"), "103").pausing(300).passes();
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
fn the_caller_holds_and_comes_back() {
    one_call("call_hold.xml", "answer.xml");
}

#[test]
fn fifty_calls_at_once_all_pass() {
    let cloud = PracticeCloud::generated(100);
    let house = Gatehouse::beside(&cloud);
    let (callers, callees) = cloud.phones.split_at(50);
    let desks = at_desks(&house, callees, "answer.xml");
    let mut calls = Sipp::new("call.xml").to(house.sip()).pausing(1000).calls(50, 50);
    for (caller, callee) in callers.iter().zip(callees) {
        calls = calls.row(caller, &callee.extension);
    }
    assert_eq!(calls.passes().passed, 50);
    desks.passes();
}

fn at_desks(house: &Gatehouse, logins: &[Login], scenario: &'static str) -> tests::sipp::Running {
    let number = u32::try_from(logins.len()).unwrap();
    let desks = Sipp::new(scenario).pausing(100).calls(number, 50);
    let mut register = Sipp::new("register.xml").from_port(desks.port()).to(house.sip()).calls(number, 50);
    for login in logins {
        register = register.row(login, "");
    }
    register.passes();
    desks.start()
}
