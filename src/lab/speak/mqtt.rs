//! MQTT 3.1.1 and 5: a broker that accepts everything and delivers nothing.

use std::io;
use std::time::Duration;

use mqtt_protocol_core::mqtt::common::Cursor;
use mqtt_protocol_core::mqtt::connection::{ConnectionOptions, Event};
use mqtt_protocol_core::mqtt::packet::{GenericPacketTrait as _, Packet, v3_1_1, v5_0};
use mqtt_protocol_core::mqtt::result_code::{
    ConnectReasonCode, ConnectReturnCode, MqttError, SubackReasonCode, SubackReturnCode,
    UnsubackReasonCode,
};
use mqtt_protocol_core::mqtt::{Connection, Version, role};
use tokio::io::AsyncWriteExt as _;
use tokio::time::timeout;

use super::{MAX_FIRST_BYTES, read_some};
use crate::lab::conduct::{Protocol, Sent};
use crate::net::Duplex;

/// Where the contents of a packet begin and end; `None` if its header is incomplete, and no end if it is
/// invalid.
fn extent(bytes: &[u8]) -> Option<(usize, Option<usize>)> {
    let mut length = 0usize;
    // At most four octets of seven bits each (MQTT 5 section 1.5.5).
    for place in 0..4 {
        let octet = *bytes.get(1 + place)?;
        length |= usize::from(octet & 0x7f) << (7 * place);
        if octet & 0x80 == 0 {
            let start = 2 + place;
            return Some((start, start.checked_add(length)));
        }
    }
    Some((5, None))
}

/// Whether the first packet is complete, or never will be.
pub(super) fn is_whole(bytes: &[u8]) -> bool {
    match extent(bytes) {
        None => false,
        Some((_, end)) => end.is_none_or(|end| end > MAX_FIRST_BYTES || end <= bytes.len()),
    }
}

/// The contents of a CONNECT.
pub(super) fn read(bytes: &[u8]) -> Option<Sent> {
    let (start, end) = extent(bytes)?;
    let body = bytes.get(start..end?)?;
    let sent = |version, user: bool, password: bool| Sent {
        protocol: Protocol::Mqtt(version),
        user,
        password,
        client_certificate: false,
        octets: bytes.len(),
    };
    // The name, 2 octets of its length and "MQTT", and then the version (section 3.1.2.2).
    match body.get(6)? {
        4 => {
            let (connect, _) = v3_1_1::Connect::parse(body).ok()?;
            Some(sent("3.1.1", connect.user_name_flag(), connect.password_flag()))
        }
        5 => {
            let (connect, _) = v5_0::Connect::parse(body).ok()?;
            Some(sent("5", connect.user_name_flag(), connect.password_flag()))
        }
        _ => None,
    }
}

/// Answers the device until it is quiet for this long, or disconnects.
pub(super) async fn answer(
    stream: &mut impl Duplex,
    first: &[u8],
    linger: Duration,
) -> io::Result<()> {
    let options = ConnectionOptions::new().maximum_packet_size_recv(MAX_FIRST_BYTES as u32);
    let mut connection = Connection::<role::Server>::with_options(Version::Undetermined, options);
    connection.set_auto_pub_response(true);
    connection.set_auto_ping_response(true);
    let mut bytes = first.to_vec();
    loop {
        let mut outgoing = Vec::new();
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            let mut cursor = Cursor::new(rest);
            let events = connection.recv(&mut cursor);
            let taken = usize::try_from(cursor.position()).unwrap_or(rest.len());
            if !carry_out(&mut connection, events, &mut outgoing) || taken == 0 {
                return stream.write_all(&outgoing).await;
            }
            rest = &rest[taken.min(rest.len())..];
        }
        stream.write_all(&outgoing).await?;
        stream.flush().await?;
        bytes.clear();
        match timeout(linger, read_some(stream, &mut bytes)).await {
            Ok(Ok(count)) if count > 0 => {}
            _ => return Ok(()),
        }
    }
}

/// Collects what to send; whether the connection continues.
fn carry_out(
    connection: &mut Connection<role::Server>,
    events: Vec<Event>,
    outgoing: &mut Vec<u8>,
) -> bool {
    for event in events {
        match event {
            Event::RequestSendPacket { packet, .. } => {
                outgoing.extend(packet.to_continuous_buffer());
            }
            Event::NotifyPacketReceived(packet) => {
                let Ok(answers) = answers_to(connection, &packet) else { return false };
                if !carry_out(connection, answers, outgoing) {
                    return false;
                }
            }
            Event::NotifyError(_) | Event::RequestClose => return false,
            Event::NotifyPacketIdReleased(_)
            | Event::RequestTimerReset { .. }
            | Event::RequestTimerCancel(_) => {}
        }
    }
    true
}

fn answers_to(
    connection: &mut Connection<role::Server>,
    packet: &Packet,
) -> Result<Vec<Event>, MqttError> {
    Ok(match packet {
        Packet::V3_1_1Connect(_) => {
            let code = ConnectReturnCode::Accepted;
            let answer = v3_1_1::Connack::builder().session_present(false).return_code(code);
            connection.checked_send(answer.build()?)
        }
        Packet::V5_0Connect(_) => {
            let code = ConnectReasonCode::Success;
            let answer = v5_0::Connack::builder().session_present(false).reason_code(code);
            connection.checked_send(answer.build()?)
        }
        Packet::V3_1_1Subscribe(subscribe) => {
            let codes = vec![SubackReturnCode::SuccessMaximumQos0; subscribe.entries().len()];
            let answer = v3_1_1::Suback::builder().packet_id(subscribe.packet_id());
            connection.checked_send(answer.return_codes(codes).build()?)
        }
        Packet::V5_0Subscribe(subscribe) => {
            let codes = vec![SubackReasonCode::GrantedQos0; subscribe.entries().len()];
            let answer = v5_0::Suback::builder().packet_id(subscribe.packet_id());
            connection.checked_send(answer.reason_codes(codes).build()?)
        }
        Packet::V3_1_1Unsubscribe(unsubscribe) => {
            let answer = v3_1_1::Unsuback::builder().packet_id(unsubscribe.packet_id());
            connection.checked_send(answer.build()?)
        }
        Packet::V5_0Unsubscribe(unsubscribe) => {
            let codes = vec![UnsubackReasonCode::Success; unsubscribe.entries().len()];
            let answer = v5_0::Unsuback::builder().packet_id(unsubscribe.packet_id());
            connection.checked_send(answer.reason_codes(codes).build()?)
        }
        _ => Vec::new(),
    })
}
