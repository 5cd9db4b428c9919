//! What a client hears: the events of `embedded_svc::mqtt::client`, owned.
//!
//! In: nothing but values. Out: [`Heard`], which is an `Event`, and the [`Error`] inside it.

use alloc::{string::String, vec::Vec};
use core::fmt;
use embedded_svc::mqtt::client::{Details, ErrorType, Event, EventPayload, MessageId};
use mqtt_protocol_core::mqtt::result_code::{ConnectReturnCode, MqttError};

/// One event of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// The connection is about to open.
    BeforeConnect,
    /// The broker took the connection.
    Connected {
        /// Whether the broker remembers an earlier connection.
        session_present: bool,
    },
    /// The connection is over.
    Disconnected,
    /// The broker took the subscription.
    Subscribed(MessageId),
    /// The broker took the subscription back.
    Unsubscribed(MessageId),
    /// The broker has the message.
    Published(MessageId),
    /// A message, always whole.
    Received {
        /// Its identifier; 0 where it has none.
        id: MessageId,
        /// Its topic.
        topic: String,
        /// Its payload.
        data: Vec<u8>,
    },
    /// Why the connection ends; [`Self::Disconnected`] follows.
    Failed(Error),
}

/// Why a connection ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The broker does not take the connection.
    Refused(ConnectReturnCode),
    /// The broker does not allow the subscription.
    NotSubscribed,
    /// The broker did not answer a ping in time.
    Silent,
    /// One of the two does not keep to MQTT.
    Protocol(MqttError),
    /// What carries the bytes failed, in its own words.
    Link(String),
}

impl ErrorType for Heard {
    type Error = Error;
}

impl Event for Heard {
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
            Self::Protocol(error) => write!(f, "not as MQTT 3.1.1 wants it: {error}"),
            Self::Link(words) => f.write_str(words),
        }
    }
}

impl core::error::Error for Error {}
