//! The tests supply the bytes of a broker, as in MQTT 3.1.1 section 3.

use super::*;
use mqtt_protocol_core::mqtt::result_code::ConnectReturnCode;

const HELLO: Hello<'_> = Hello { client_id: "d1", user: None, keep_alive: 60 };

const CONNECT: &[u8] = b"\x10\x0e\0\x04MQTT\x04\x02\0\x3c\0\x02d1";
const CONNACK: &[u8] = b"\x20\x02\0\0";

fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// The pending events.
fn events(machine: &mut Machine) -> Vec<MqttEvent> {
    core::iter::from_fn(|| machine.next_event()).collect()
}

/// A machine whose connection the broker accepted at second 0.
fn connected() -> Machine {
    let mut machine = Machine::new(&HELLO, at(0)).unwrap();
    assert_eq!(machine.take_outgoing(), CONNECT);
    machine.receive(CONNACK, at(0));
    assert_eq!(
        events(&mut machine),
        [MqttEvent::BeforeConnect, MqttEvent::Connected { session_present: false }]
    );
    machine
}

#[test]
fn the_connect_packet_has_user_name_and_password() {
    let hello = Hello { user: Some(("u", "p")), ..HELLO };
    let bytes = Machine::new(&hello, at(0)).unwrap().take_outgoing();
    assert_eq!(bytes, b"\x10\x14\0\x04MQTT\x04\xc2\0\x3c\0\x02d1\0\x01u\0\x01p");
}

#[test]
fn a_subscription_and_a_message_are_acknowledged_by_their_identifiers() {
    let mut machine = connected();
    let subscription = machine.subscribe("c", QoS::AtLeastOnce, at(1)).unwrap();
    assert_eq!(machine.take_outgoing(), b"\x82\x06\0\x01\0\x01c\x01");
    let message = machine.publish("h", QoS::AtLeastOnce, false, b"hi", at(1)).unwrap();
    assert_eq!(machine.take_outgoing(), b"\x32\x07\0\x01h\0\x02hi");
    machine.receive(b"\x90\x03\0\x01\x01\x40\x02\0\x02", at(1));
    assert_eq!(
        events(&mut machine),
        [MqttEvent::Subscribed(subscription), MqttEvent::Published(message)]
    );
}

#[test]
fn a_message_in_single_bytes_is_acknowledged() {
    let mut machine = connected();
    for byte in b"\x32\x09\0\x01c\0\x07ping" {
        machine.receive(&[*byte], at(1));
    }
    assert_eq!(
        events(&mut machine),
        [MqttEvent::Received { id: 7, topic: "c".into(), data: b"ping".into() }]
    );
    assert_eq!(machine.take_outgoing(), b"\x40\x02\0\x07");
}

#[test]
fn a_ping_breaks_silence_and_an_answer_keeps_the_connection() {
    let mut machine = connected();
    assert_eq!(machine.deadline(), Some(at(60)));
    machine.tick(at(60));
    assert_eq!(machine.take_outgoing(), b"\xc0\0");
    machine.receive(b"\xd0\0", at(61));
    machine.tick(at(100));
    assert!(machine.is_open());
}

#[test]
fn an_unanswered_ping_ends_the_connection() {
    let mut machine = connected();
    machine.tick(at(60));
    machine.tick(at(70));
    assert_eq!(events(&mut machine), [MqttEvent::Failed(Error::Silent), MqttEvent::Disconnected]);
    assert!(!machine.is_open());
}

#[test]
fn a_refusal_carries_the_brokers_reason() {
    let mut machine = Machine::new(&HELLO, at(0)).unwrap();
    machine.receive(b"\x20\x02\0\x05", at(0));
    let refused = Error::Refused(ConnectReturnCode::NotAuthorized);
    assert_eq!(alloc::format!("{refused}"), "the broker does not take this client (CONNACK 5)");
    assert_eq!(
        events(&mut machine),
        [MqttEvent::BeforeConnect, MqttEvent::Failed(refused), MqttEvent::Disconnected]
    );
}

#[test]
fn a_refused_subscription_ends_the_connection() {
    let mut machine = connected();
    machine.subscribe("c", QoS::AtLeastOnce, at(1)).unwrap();
    machine.receive(b"\x90\x03\0\x01\x80", at(1));
    assert_eq!(
        events(&mut machine),
        [MqttEvent::Failed(Error::NotSubscribed), MqttEvent::Disconnected]
    );
}

#[test]
fn an_oversized_message_ends_the_connection_before_it_is_stored() {
    let mut machine = connected();
    machine.receive(b"\x30\xff\xff\xff\x7f\0\x01c", at(1));
    assert!(!machine.is_open());
    assert!(matches!(
        events(&mut machine).as_slice(),
        [MqttEvent::Failed(Error::Protocol(_)), MqttEvent::Disconnected]
    ));
}

#[test]
fn nothing_is_published_before_the_broker_accepts() {
    let mut machine = Machine::new(&HELLO, at(0)).unwrap();
    let _ = machine.take_outgoing();
    let refused = machine.publish("h", QoS::AtMostOnce, false, b"hi", at(0));
    assert!(matches!(refused, Err(Error::Protocol(_))), "{refused:?}");
    assert_eq!(machine.take_outgoing(), b"");
}
