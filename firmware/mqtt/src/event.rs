//! The events of `embedded_svc::mqtt::client`, as owned values.
//!
//! [`MqttEvent`] implements its `Event` trait, with [`Error`] as the error type.

use alloc::{string::String, vec::Vec};
use core::fmt;
use embedded_svc::mqtt::client::{Details, ErrorType, Event, EventPayload, MessageId};
use mqtt_protocol_core::mqtt::result_code::{ConnectReturnCode, MqttError};

/// One event of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MqttEvent {
    /// The connection is about to open.
    BeforeConnect,
    /// The broker accepted the connection.
    Connected {
        /// Whether the broker resumed an earlier session.
        session_present: bool,
    },
    /// The connection has ended.
    Disconnected,
    /// The broker acknowledged the subscription.
    Subscribed(MessageId),
    /// The broker acknowledged the end of the subscription.
    Unsubscribed(MessageId),
    /// The broker acknowledged the message.
    Published(MessageId),
    /// A complete message.
    Received {
        /// Its identifier; 0 if it has none.
        id: MessageId,
        /// Its topic.
        topic: String,
        /// Its payload.
        data: Vec<u8>,
    },
    /// The reason for the end of the connection; [`Self::Disconnected`] follows.
    Failed(Error),
}

/// Why a connection ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The broker refused the connection.
    Refused(ConnectReturnCode),
    /// The broker refused the subscription.
    NotSubscribed,
    /// The broker did not answer a ping in time.
    Silent,
    /// The client or the broker violated the protocol.
    Protocol(MqttError),
    /// The transport failed; the value is its message.
    Link(String),
}

impl ErrorType for MqttEvent {
    type Error = Error;
}

impl Event for MqttEvent {
    fn payload(&self) -> EventPayload<'_, Error> {
        match self {
            Self::BeforeConnect => EventPayload::BeforeConnect,
            Self::Connected { session_present } => EventPayload::Connected(*session_present),
            Self::Disconnected => EventPayload::Disconnected,
            Self::Subscribed(id) => EventPayload::Subscribed(*id),
            Self::Unsubscribed(id) => EventPayload::Unsubscribed(*id),
            Self::Published(id) => EventPayload::Published(*id),
            Self::Received { id, topic, data } => EventPayload::Received {
                id: *id,
                topic: Some(topic),
                data,
                details: Details::Complete,
            },
            Self::Failed(error) => EventPayload::Error(error),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(code) => {
                let reason = match code {
                    ConnectReturnCode::Accepted => "nothing",
                    ConnectReturnCode::UnacceptableProtocolVersion => "MQTT 3.1.1",
                    ConnectReturnCode::IdentifierRejected => "the client identifier",
                    ConnectReturnCode::ServerUnavailable => "anybody at the moment",
                    ConnectReturnCode::BadUserNameOrPassword => "the user name or the password",
                    ConnectReturnCode::NotAuthorized => "this client",
                };
                write!(f, "the broker does not take {reason} (CONNACK {})", *code as u8)
            }
            Self::NotSubscribed => f.write_str("the broker does not allow the subscription"),
            Self::Silent => f.write_str("the broker did not answer a ping"),
            Self::Protocol(error) => write!(f, "MQTT 3.1.1 protocol error: {error}"),
            Self::Link(message) => f.write_str(message),
        }
    }
}

impl core::error::Error for Error {}
