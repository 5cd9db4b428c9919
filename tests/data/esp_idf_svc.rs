//! What the project for ESP-IDF uses of esp-idf-svc 0.53, declared only for a compiler.
//!
//! `firmware/bench/tests/device_api.rs` compares each declaration with the sources.
#![allow(dead_code)]

pub mod sys {
    use core::fmt;

    pub struct PatchesRef;
    pub fn link_patches() -> PatchesRef {
        PatchesRef
    }

    #[derive(Debug, Clone, Copy)]
    pub struct EspError(pub i32);
    impl fmt::Display for EspError {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.fmt(f)
        }
    }
    impl std::error::Error for EspError {}
    /// ESP_FAIL: no device is behind these declarations.
    pub(crate) const NO_DEVICE: EspError = EspError(-1);
}

pub mod hal {
    pub mod modem {
        pub struct Modem<'d>(std::marker::PhantomData<&'d ()>);
        pub trait WifiModemPeripheral {}
        impl WifiModemPeripheral for Modem<'_> {}
    }
    pub mod peripherals {
        use super::modem;
        pub struct Peripherals {
            pub modem: modem::Modem<'static>,
        }
        impl Peripherals {
            pub fn take() -> Result<Self, crate::sys::EspError> {
                Err(crate::sys::NO_DEVICE)
            }
        }
    }
}

pub mod log {
    pub struct EspIdfLogFilter;
    pub struct EspIdfLogger<F>(F);
    pub type EspLogger = EspIdfLogger<EspIdfLogFilter>;
    impl EspIdfLogger<EspIdfLogFilter> {
        pub fn initialize_default() {}
    }
}

pub mod eventloop {
    use crate::sys::EspError;
    #[derive(Clone)]
    pub struct System;
    #[derive(Clone)]
    pub struct EspEventLoop<T>(T);
    pub type EspSystemEventLoop = EspEventLoop<System>;
    impl EspEventLoop<System> {
        pub fn take() -> Result<Self, EspError> {
            Err(crate::sys::NO_DEVICE)
        }
    }
}

pub mod nvs {
    use crate::sys::EspError;
    #[derive(Clone)]
    pub struct NvsDefault;
    #[derive(Clone)]
    pub struct EspNvsPartition<T>(T);
    pub type EspDefaultNvsPartition = EspNvsPartition<NvsDefault>;
    impl EspNvsPartition<NvsDefault> {
        pub fn take() -> Result<Self, EspError> {
            Err(crate::sys::NO_DEVICE)
        }
    }
}

pub mod wifi {
    use crate::{
        eventloop::EspSystemEventLoop, hal::modem::WifiModemPeripheral,
        nvs::EspDefaultNvsPartition, sys::EspError,
    };

    /// Not of esp-idf-svc: another crate's string of at most `N` bytes.
    mod heapless {
        #[derive(Default)]
        pub struct String<const N: usize>(std::string::String);
        impl<const N: usize> TryFrom<&str> for String<N> {
            type Error = ();
            fn try_from(text: &str) -> Result<Self, ()> {
                (text.len() <= N).then(|| Self(text.to_owned())).ok_or(())
            }
        }
    }

    #[derive(Default)]
    pub enum AuthMethod {
        None,
        #[default]
        WPA2Personal,
    }
    #[derive(Default)]
    pub struct ClientConfiguration {
        pub ssid: heapless::String<32>,
        pub auth_method: AuthMethod,
        pub password: heapless::String<64>,
        pub channel: Option<u8>,
    }
    pub enum Configuration {
        Client(ClientConfiguration),
    }

    pub struct EspWifi<'d>(std::marker::PhantomData<&'d ()>);
    impl<'d> EspWifi<'d> {
        pub fn new<M: WifiModemPeripheral + 'd>(
            modem: M,
            sysloop: EspSystemEventLoop,
            nvs: Option<EspDefaultNvsPartition>,
        ) -> Result<Self, EspError> {
            let _ = (modem, sysloop, nvs);
            Err(crate::sys::NO_DEVICE)
        }
    }

    pub struct BlockingWifi<T>(T);
    impl<T> BlockingWifi<T> {
        pub fn wrap(wifi: T, event_loop: EspSystemEventLoop) -> Result<Self, EspError> {
            let _ = event_loop;
            Ok(Self(wifi))
        }
        pub fn set_configuration(&mut self, conf: &Configuration) -> Result<(), EspError> {
            let Configuration::Client(_) = conf;
            Ok(())
        }
        pub fn start(&mut self) -> Result<(), EspError> {
            Ok(())
        }
        pub fn connect(&mut self) -> Result<(), EspError> {
            Ok(())
        }
        pub fn is_connected(&self) -> Result<bool, EspError> {
            Ok(true)
        }
        pub fn wait_netif_up(&self) -> Result<(), EspError> {
            Ok(())
        }
    }
}

pub mod sntp {
    use crate::sys::EspError;
    pub struct EspSntp<'a>(std::marker::PhantomData<&'a ()>);
    impl EspSntp<'static> {
        pub fn new_default() -> Result<Self, EspError> {
            Err(crate::sys::NO_DEVICE)
        }
    }
}

pub mod tls {
    #[derive(Clone, Copy, Debug)]
    pub struct X509<'a>(&'a [u8]);
    impl<'a> X509<'a> {
        pub const fn pem_until_nul(bytes: &'a [u8]) -> Self {
            Self(bytes)
        }
    }
}

pub mod mqtt {
    pub mod client {
        use crate::{sys::EspError, tls::X509};
        use core::time;

        pub type MessageId = u32;
        pub enum QoS {
            AtMostOnce,
            AtLeastOnce,
        }
        pub enum Details {
            Complete,
        }
        pub enum EventPayload<'a, E> {
            BeforeConnect,
            Connected(bool),
            Disconnected,
            Received {
                id: MessageId,
                topic: Option<&'a str>,
                data: &'a [u8],
                details: Details,
            },
            Error(&'a E),
        }
        pub enum MqttProtocolVersion {
            V3_1,
            V3_1_1,
        }
        pub struct MqttClientConfiguration<'a> {
            pub protocol_version: Option<MqttProtocolVersion>,
            pub client_id: Option<&'a str>,
            pub reconnect_timeout: Option<time::Duration>,
            pub network_timeout: time::Duration,
            pub username: Option<&'a str>,
            pub password: Option<&'a str>,
            pub use_global_ca_store: bool,
            pub server_certificate: Option<X509<'static>>,
            pub client_certificate: Option<X509<'static>>,
            pub private_key: Option<X509<'static>>,
        }
        impl Default for MqttClientConfiguration<'_> {
            fn default() -> Self {
                Self {
                    protocol_version: None,
                    client_id: None,
                    reconnect_timeout: None,
                    network_timeout: time::Duration::ZERO,
                    username: None,
                    password: None,
                    use_global_ca_store: false,
                    server_certificate: None,
                    client_certificate: None,
                    private_key: None,
                }
            }
        }

        pub struct EspMqttClient<'a>(std::marker::PhantomData<&'a ()>);
        impl EspMqttClient<'static> {
            pub fn new(
                url: &str,
                conf: &MqttClientConfiguration,
            ) -> Result<(Self, EspMqttConnection), EspError>
            where
                Self: Sized,
            {
                let _ = (url, conf);
                Err(crate::sys::NO_DEVICE)
            }
        }
        impl<'a> EspMqttClient<'a> {
            pub fn subscribe(&mut self, topic: &str, qos: QoS) -> Result<MessageId, EspError> {
                let _ = (topic, qos);
                Err(crate::sys::NO_DEVICE)
            }
            pub fn publish(
                &mut self,
                topic: &str,
                qos: QoS,
                retain: bool,
                payload: &[u8],
            ) -> Result<MessageId, EspError> {
                let _ = (topic, qos, retain, payload);
                Err(crate::sys::NO_DEVICE)
            }
        }

        pub struct EspMqttEvent<'a>(&'a ());
        impl<'a> EspMqttEvent<'a> {
            pub fn payload(&self) -> EventPayload<'_, EspError> {
                EventPayload::BeforeConnect
            }
        }
        pub struct EspMqttConnection(());
        impl EspMqttConnection {
            #[allow(clippy::should_implement_trait)]
            pub fn next(&mut self) -> Result<&EspMqttEvent<'_>, EspError> {
                Err(crate::sys::NO_DEVICE)
            }
        }
    }
}

pub mod http {
    pub enum Method {
        Delete,
        Get,
    }

    pub mod client {
        use super::Method;
        use crate::{sys::EspError, tls::X509};

        #[derive(Default)]
        pub enum FollowRedirectsPolicy {
            FollowNone,
            #[default]
            FollowGetHead,
        }
        #[derive(Default)]
        pub struct Configuration {
            pub timeout: Option<core::time::Duration>,
            pub follow_redirects_policy: FollowRedirectsPolicy,
            pub client_certificate: Option<X509<'static>>,
            pub server_certificate: Option<X509<'static>>,
            pub private_key: Option<X509<'static>>,
            pub use_global_ca_store: bool,
        }
        pub struct EspHttpConnection(());
        impl EspHttpConnection {
            pub fn new(configuration: &Configuration) -> Result<Self, EspError> {
                let _ = configuration;
                Err(crate::sys::NO_DEVICE)
            }
            pub fn status(&self) -> u16 {
                0
            }
            pub fn initiate_request<'a>(
                &'a mut self,
                method: Method,
                uri: &'a str,
                headers: &'a [(&'a str, &'a str)],
            ) -> Result<(), EspError> {
                let _ = (method, uri, headers);
                Err(crate::sys::NO_DEVICE)
            }
            pub fn initiate_response(&mut self) -> Result<(), EspError> {
                Err(crate::sys::NO_DEVICE)
            }
            pub fn read(&mut self, buf: &mut [u8]) -> Result<usize, EspError> {
                let _ = buf;
                Err(crate::sys::NO_DEVICE)
            }
        }
    }
}
