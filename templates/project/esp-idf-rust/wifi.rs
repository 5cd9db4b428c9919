//! The Wi-Fi network.
//!
//! [`start`] sets it up; [`connect`] connects at the start and after each loss.

use crate::config::{WIFI_PASSWORD, WIFI_SSID};
use esp_idf_svc::{
    eventloop::EspSystemEventLoop,
    hal::modem::Modem,
    nvs::EspDefaultNvsPartition,
    wifi::{AuthMethod, BlockingWifi, ClientConfiguration, Configuration, EspWifi},
};

/// The board's Wi-Fi.
pub type Wifi = BlockingWifi<EspWifi<'static>>;

/// Configures and starts the Wi-Fi.
pub fn start(
    modem: Modem<'static>,
    events: EspSystemEventLoop,
    storage: EspDefaultNvsPartition,
) -> anyhow::Result<Wifi> {
    let driver = EspWifi::new(modem, events.clone(), Some(storage))?;
    let mut wifi = BlockingWifi::wrap(driver, events)?;
    let too_long = |what| move |_| anyhow::anyhow!("{what} is too long");
    wifi.set_configuration(&Configuration::Client(ClientConfiguration {
        ssid: WIFI_SSID.try_into().map_err(too_long("WIFI_SSID"))?,
        password: WIFI_PASSWORD.try_into().map_err(too_long("WIFI_PASSWORD"))?,
        auth_method: match WIFI_PASSWORD {
            "" => AuthMethod::None,
            _ => AuthMethod::WPA2Personal,
        },
        ..Default::default()
    }))?;
    wifi.start()?;
    Ok(wifi)
}

/// Connects if the network is not up, and waits for an address.
pub fn connect(wifi: &mut Wifi) -> anyhow::Result<()> {
    if !wifi.is_connected()? {
        log::info!("connecting to {WIFI_SSID:?}");
        wifi.connect()?;
    }
    wifi.wait_netif_up()?;
    Ok(())
}
