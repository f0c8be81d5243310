//! One end of a call, as the phone at that end remembers it, and what people do with it.

use super::office::Office;
use super::said::Said;

#[derive(Clone, Debug)]
pub(super) struct Line {
    pub phone: &'static str,
    pub call_id: String,
    /// From of what this end asks.
    pub near: String,
    /// To of what this end asks.
    pub far: String,
    /// Request-URI of what this end asks.
    pub target: String,
    pub cseq: u32,
    /// The INVITE that began it.
    pub invite: Said,
}

impl Office {
    /// A line that is still silent.
    pub(super) fn line(&mut self, phone: &'static str, uri: &str) -> Line {
        self.lines += 1;
        let login = self.phone(phone).login;
        Line {
            phone,
            call_id: format!("{phone}-{}", self.lines),
            near: format!("\"{phone}\" <sip:{login}@sipgate.de>;tag=near-{}", self.lines),
            far: format!("<{uri}>"),
            target: uri.into(),
            cseq: 0,
            invite: Said::default(),
        }
    }

    /// Dials; the call is in the hands of the box.
    pub(super) fn dials(&mut self, phone: &'static str, number: &str) -> Line {
        let (line, answer) = self.tries(phone, number);
        assert_eq!(answer.status(), 100, "{}", answer.0);
        line
    }

    /// Dials and returns the first thing that the box says.
    pub(super) fn tries(&mut self, phone: &'static str, number: &str) -> (Line, Said) {
        let voice = self.phone(phone).voice("sendrecv");
        self.tries_with(phone, &format!("sip:{number}@sipgate.de"), "", &voice)
    }

    pub(super) fn tries_with(
        &mut self,
        phone: &'static str,
        uri: &str,
        lines: &str,
        body: &str,
    ) -> (Line, Said) {
        let mut line = self.line(phone, uri);
        let answer = self.asks_proven(&mut line, "INVITE", lines, body);
        (line, answer)
    }

    /// Dials somebody who cannot be reached and returns why.
    pub(super) fn is_refused(&mut self, phone: &'static str, number: &str) -> u16 {
        let (line, first) = self.tries(phone, number);
        let last = if first.status() == 100 { self.hears(phone) } else { first };
        assert!(last.status() >= 300, "{}", last.0);
        self.acknowledges(&line, &last);
        last.status()
    }

    /// The phone rings: it got an INVITE.
    pub(super) fn rings(&mut self, phone: &'static str) -> Line {
        let invite = self.hears(phone);
        assert!(invite.is_request("INVITE"), "{}", invite.0);
        Line {
            phone,
            call_id: invite.header("Call-ID").into(),
            near: format!("{};tag={phone}", invite.header("To")),
            far: invite.header("From").into(),
            target: invite.contact().into(),
            cseq: 100,
            invite,
        }
    }

    /// Answers the INVITE that began the line.
    pub(super) fn says(&mut self, line: &Line, status: u16) {
        self.replies(line, &line.invite, status, "");
    }

    /// Answers it with the phone's voice.
    pub(super) fn says_with_voice(&mut self, line: &Line, status: u16) {
        let voice = self.phone(line.phone).voice("sendrecv");
        self.replies(line, &line.invite, status, &voice);
    }

    /// Answers any request.
    pub(super) fn replies(&mut self, line: &Line, request: &Said, status: u16, body: &str) {
        self.replies_with(line, request, status, "", body);
    }

    /// Answers any request, with these lines besides the usual ones.
    pub(super) fn replies_with(&mut self, line: &Line, request: &Said, status: u16, lines: &str, body: &str) {
        let text = Self::reply(line, request, status, (lines, body), &self.phone(line.phone).contact());
        self.post(line.phone, &text);
    }

    fn reply(line: &Line, request: &Said, status: u16, (lines, body): (&str, &str), contact: &str) -> String {
        let mut text = format!("SIP/2.0 {status} Said\r\n");
        for name in ["Via", "From", "Call-ID", "CSeq"] {
            text += &format!("{name}: {}\r\n", request.header(name));
        }
        let to = request.header("To");
        let to = if to.contains(";tag=") { to } else { &line.near };
        let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
        text + &format!(
            "To: {to}\r\nContact: <{contact}>\r\n{lines}{kind}Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
    }

    /// The callee picks up and hears that the box knows.
    pub(super) fn picks_up(&mut self, line: &Line) {
        self.says_with_voice(line, 200);
        let ack = self.hears(line.phone);
        assert!(ack.is_request("ACK"), "{}", ack.0);
    }

    /// The caller hears that somebody picked up, and says so.
    pub(super) fn is_connected(&mut self, line: &mut Line) -> Said {
        let accepted = self.learns(line);
        self.confirms(line, "");
        accepted
    }

    /// The caller hears that somebody picked up.
    pub(super) fn learns(&mut self, line: &mut Line) -> Said {
        let accepted = self.hears(line.phone);
        assert!(accepted.is_answer(200, "INVITE"), "{}", accepted.0);
        line.far = accepted.header("To").into();
        line.target = accepted.contact().into();
        accepted
    }

    /// ACK of a 2xx.
    pub(super) fn confirms(&mut self, line: &Line, body: &str) {
        let ack = self.phone_mut(line.phone).write(line, "ACK", "", body);
        self.post(line.phone, &ack.0);
    }

    /// ACK of a refusal: it belongs to the INVITE.
    pub(super) fn acknowledges(&mut self, line: &Line, refusal: &Said) {
        let ack = Self::beside(&line.invite, "ACK", refusal.header("To"));
        self.post(line.phone, &ack);
    }

    /// The caller changes its mind.
    pub(super) fn cancels(&mut self, line: &Line) {
        let cancel = Self::beside(&line.invite, "CANCEL", line.invite.header("To"));
        self.post(line.phone, &cancel);
    }

    pub(super) fn beside(invite: &Said, method: &str, to: &str) -> String {
        let first = invite.first_line().replacen("INVITE", method, 1);
        let [via, from, id] = ["Via", "From", "Call-ID"].map(|name| invite.header(name));
        format!(
            "{first}\r\nVia: {via}\r\nFrom: {from}\r\nTo: {to}\r\nCall-ID: {id}\r\nCSeq: {} {method}\r\n\
             Content-Length: 0\r\n\r\n",
            invite.number()
        )
    }

    /// Asks something within the call.
    pub(super) fn asks(&mut self, line: &mut Line, method: &str, lines: &str, body: &str) -> Said {
        line.cseq += 1;
        let request = self.phone_mut(line.phone).write(line, method, lines, body);
        self.post(line.phone, &request.0);
        request
    }

    /// Asks something outside a call, with the password if the box wants it; returns the first other answer.
    pub(super) fn asks_proven(&mut self, line: &mut Line, method: &str, lines: &str, body: &str) -> Said {
        for _ in 0..3 {
            let proof = self.phone_mut(line.phone).proof(method, &line.target);
            line.invite = self.asks(line, method, &format!("{proof}{lines}"), body);
            let answer = self.hears(line.phone);
            if answer.status() != 401 {
                return answer;
            }
            self.phone_mut(line.phone).challenged(&answer);
            if method == "INVITE" {
                self.acknowledges(line, &answer);
            }
        }
        panic!("asked for the password again and again");
    }

    /// Two phones in a call.
    pub(super) fn talk(&mut self, caller: &'static str, number: &str, callee: &'static str) -> (Line, Line) {
        let mut here = self.dials(caller, number);
        let there = self.rings(callee);
        self.picks_up(&there);
        self.is_connected(&mut here);
        (here, there)
    }

    /// One hangs up, the other hears it.
    pub(super) fn hangs_up(&mut self, line: &mut Line, other: &Line) {
        self.asks(line, "BYE", "", "");
        let answer = self.hears(line.phone);
        assert!(answer.is_answer(200, "BYE"), "{}", answer.0);
        self.hears_bye(other);
    }

    /// The other hung up. Returns the BYE.
    pub(super) fn hears_bye(&mut self, line: &Line) -> Said {
        let bye = self.hears(line.phone);
        assert!(bye.is_request("BYE"), "{}", bye.0);
        self.replies(line, &bye, 200, "");
        bye
    }

    /// The phone stops ringing. Returns the CANCEL.
    pub(super) fn falls_silent(&mut self, line: &Line) -> Said {
        let cancel = self.hears(line.phone);
        assert!(cancel.is_request("CANCEL"), "{}", cancel.0);
        self.replies(line, &cancel, 200, "");
        self.says(line, 487);
        assert!(self.hears(line.phone).is_request("ACK"));
        cancel
    }
}
