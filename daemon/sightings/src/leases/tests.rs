//! Files as the servers write them.

use emergency::{Key, Report};

use super::Form;

const NOW: i64 = 1_764_000_000;

fn told(report: Report) -> (Vec<String>, Vec<String>) {
    let mut addresses: Vec<String> =
        report.addresses.iter().map(|(address, mac)| format!("{address} {mac}")).collect();
    let sign = |mark: &emergency::Mark| Key::Mark(mark.clone()).written().1;
    let mut marks: Vec<String> =
        report.marks.iter().map(|(mac, mark)| format!("{mac} {}", sign(mark))).collect();
    addresses.sort();
    marks.sort();
    (addresses, marks)
}

#[test]
fn dnsmasq_tells_whose_an_address_is() {
    let text = "1764000001 0c:38:3e:11:22:33 192.0.2.7 phone-7 01:0c:38:3e:11:22:33\n\
        0 0c:38:3e:11:22:34 192.0.2.8 * *\n\
        1763999999 0c:38:3e:11:22:35 192.0.2.9 gone *\n\
        duid 00:01:00:01:2a\n\
        1764000001 1234567 fd00::7 * 00:01\n\
        garbage\n";
    let (addresses, marks) = told(Form::Dnsmasq.read(text, NOW));
    assert_eq!(addresses, ["192.0.2.7 0c383e112233", "192.0.2.8 0c383e112234"]);
    assert!(marks.is_empty());
}

#[test]
fn kea_s_last_word_counts_and_names_the_port() {
    let heading = "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context,pool_id\n";
    let lease = |address: &str, expire: i64, state: u8, context: &str| {
        format!("{address},0c:38:3e:11:22:33,,3600,{expire},1,0,0,,{state},{context},0\n")
    };
    let whole = r#"{ "ISC": { "relay-agent-info": { "sub-options": "0x01054769302F310206020000000001" } } }"#
        .replace(',', "&#x2c");
    let apart = r#"{ "ISC": { "relay-agent-info": { "circuit-id": "0x00040014010C"&#x2c "remote-id": "0x0006020000000001" } } }"#;
    let old = r#"{ "ISC": { "relay-agent-info": "0x01024731020273 77" } }"#.replace(' ', "");
    let text = [
        heading.to_owned(),
        lease("192.0.2.7", NOW + 9, 0, ""),
        lease("192.0.2.7", NOW + 99, 0, &whole),
        lease("192.0.2.8", NOW + 99, 0, apart),
        lease("192.0.2.9", NOW + 99, 0, &old),
        lease("192.0.2.10", NOW + 99, 0, ""),
        lease("192.0.2.10", NOW + 99, 2, ""),
        lease("192.0.2.11", NOW - 1, 0, ""),
    ];
    let (addresses, marks) = told(Form::Kea.read(&text.concat(), NOW));
    let owned = ["192.0.2.7", "192.0.2.8", "192.0.2.9"].map(|address| format!("{address} 0c383e112233"));
    assert_eq!(addresses, owned);
    let ports = ["020000000001|00040014010c", "020000000001|Gi0/1", "sw|G1"];
    assert_eq!(marks, ports.map(|port| format!("0c383e112233 {port}")));
    assert_eq!(Form::Kea.read("no,heading\n1,2\n", NOW), Report::default());
}

#[test]
fn isc_s_last_block_counts_and_names_the_port() {
    let lease = |address: &str, lines: &str| {
        format!(
            "lease {address} {{\n  starts 2 2025/11/25 10:00:00;\n{lines}  hardware ethernet 0c:38:3e:11:22:33;\n}}\n"
        )
    };
    let active = "  ends 3 2026/11/26 08:00:00;\n  binding state active;\n  next binding state free;\n";
    let words = "  option agent.circuit-id \"Gi0\\0571\";\n  option agent.remote-id \"sw \\\"1\\\"\";\n";
    let bytes = "  option agent.circuit-id 0:4:0:14:1:c;\n  option agent.remote-id 2:0:0:0:0:1;\n";
    let text = [
        "# a comment\nserver-duid \"\\000\\001\";\n".to_owned(),
        lease("192.0.2.7", &format!("{active}{words}")),
        lease("192.0.2.8", &format!("{active}{bytes}")),
        lease("192.0.2.9", "  ends never;\n  binding state active;\n"),
        lease("192.0.2.10", active),
        lease("192.0.2.10", "  binding state free;\n"),
        lease("192.0.2.11", "  ends 1 2025/11/24 08:00:00;\n  binding state active;\n"),
        lease("192.0.2.12", "  ends epoch 1763999999; \n  ends epoch 1763999999;\n  binding state active;\n"),
        "lease 192.0.2.13 {\n  binding state active;\n".to_owned(),
    ];
    let (addresses, marks) = told(Form::Isc.read(&text.concat(), NOW));
    let owned = ["192.0.2.7", "192.0.2.8", "192.0.2.9"].map(|address| format!("{address} 0c383e112233"));
    assert_eq!(addresses, owned);
    assert_eq!(marks, ["0c383e112233 020000000001|00040014010c", "0c383e112233 sw \"1\"|Gi0/1"]);
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_or_passed_over(text in "(\\PC|\n|,|;|\"|\\\\){0,300}") {
        for form in [Form::Dnsmasq, Form::Kea, Form::Isc] {
            let _ = form.read(&text, NOW);
            let _ = form.read(&format!("address,hwaddr,expire,user_context\nlease 192.0.2.1 {{\n{text}\n}}\n"), NOW);
        }
    }
}
