//! Connects an ESP32-C3 to the server over Wi-Fi and TLS, without ESP-IDF.
//!
//! server_root_ca.rs, which certgrab generated, defines the server, its port and the only trusted
//! certificate. Wi-Fi and credentials come from device.env. Edit talk.rs: what is sent, and how
//! received data is handled.
#![no_std]
#![no_main]

extern crate alloc;

mod config;
mod identity;
mod server_root_ca;
mod talk;
mod tls;

use alloc::{ffi::CString, format, string::String};

use embassy_executor::Spawner;
use embassy_net::{Runner, Stack, StackResources, dns::DnsQueryType, tcp::TcpSocket};
use embassy_time::{Duration, Timer};
use esp_backtrace as _;
use esp_hal::{
    clock::CpuClock,
    interrupt::software::SoftwareInterruptControl,
    rng::{Trng, TrngSource},
    timer::timg::TimerGroup,
};
use esp_radio::wifi::{
    self, Config, ControllerConfig, Interface, WifiController, sta::StationConfig,
};
use mbedtls_rs::{Tls, TlsReference};
use static_cell::StaticCell;

use server_root_ca::{SERVER_ROOT_CA_HOST, SERVER_ROOT_CA_PORT};

esp_bootloader_esp_idf::esp_app_desc!();

/// Heap for Wi-Fi and TLS, in addition to [`RECLAIMED_HEAP`], in bytes.
const EXTRA_HEAP: usize = 96 * 1024;

/// Memory of the bootloader that becomes heap, in bytes.
const RECLAIMED_HEAP: usize = 64 * 1024;

/// The size of each socket buffer, in bytes.
const SOCKET_BUFFER: usize = 4096;

/// The time limit for each answer of the server.
const TIMEOUT: Duration = Duration::from_secs(30);

const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

#[esp_rtos::main]
async fn main(spawner: Spawner) -> ! {
    esp_println::logger::init_logger(log::LevelFilter::Info);
    esp_alloc::heap_allocator!(#[esp_hal::ram(reclaimed)] size: RECLAIMED_HEAP);
    esp_alloc::heap_allocator!(size: EXTRA_HEAP);
    let board = esp_hal::init(esp_hal::Config::default().with_cpu_clock(CpuClock::max()));
    let interrupts = SoftwareInterruptControl::new(board.SW_INTERRUPT);
    // The radio needs the scheduler.
    esp_rtos::start(TimerGroup::new(board.TIMG0).timer0, interrupts.software_interrupt0);

    // The source of entropy for the random numbers of TLS. It must not be dropped.
    let _entropy = TrngSource::new(board.RNG, board.ADC1);
    static RANDOM: StaticCell<Trng> = StaticCell::new();
    let random = RANDOM.init(Trng::try_new().expect("the entropy source is on"));
    let tls = Tls::new(random).expect("there is one mbedTLS");

    let station = StationConfig::default()
        .with_ssid(config::WIFI_SSID)
        .with_password(config::WIFI_PASSWORD.into());
    let settings = ControllerConfig::default().with_initial_config(Config::Station(station));
    let (controller, interfaces) = wifi::new(board.WIFI, settings).expect("the radio starts");
    static SOCKETS: StaticCell<StackResources<3>> = StaticCell::new();
    // The seed does not have to be secret. It makes ports and sequence numbers less predictable.
    let seed = esp_hal::rng::Rng::new();
    let seed = u64::from(seed.random()) << 32 | u64::from(seed.random());
    let (network, runner) = embassy_net::new(
        interfaces.station,
        embassy_net::Config::dhcpv4(Default::default()),
        SOCKETS.init(StackResources::new()),
        seed,
    );
    spawner.spawn(keep_network(runner).expect("the task is new"));
    spawner.spawn(keep_wifi(controller).expect("the task is new"));

    let mut pause = FIRST_PAUSE;
    loop {
        network.wait_config_up().await;
        match run_once(network, tls.reference(), &mut pause).await {
            Ok(()) => {}
            Err(problem) => log::warn!("{problem}; again in {} s", pause.as_secs()),
        }
        Timer::after(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Runs one connection. Resets `pause` after the server has been verified.
async fn run_once(
    network: Stack<'static>,
    tls: TlsReference<'_>,
    pause: &mut Duration,
) -> Result<(), String> {
    let addresses = network
        .dns_query(SERVER_ROOT_CA_HOST, DnsQueryType::A)
        .await
        .map_err(|error| format!("{SERVER_ROOT_CA_HOST} does not resolve: {error:?}"))?;
    let address = addresses.first().ok_or("the server has no IPv4 address")?;
    let (mut received, mut sent) = ([0; SOCKET_BUFFER], [0; SOCKET_BUFFER]);
    let mut socket = TcpSocket::new(network, &mut received, &mut sent);
    socket.set_timeout(Some(TIMEOUT));
    socket
        .connect((*address, SERVER_ROOT_CA_PORT))
        .await
        .map_err(|error| format!("{SERVER_ROOT_CA_HOST} does not answer: {error:?}"))?;
    let host = CString::new(SERVER_ROOT_CA_HOST).map_err(|_| "the server's name contains a NUL")?;
    let session = tls::connect(tls, socket, &host).await?;
    *pause = FIRST_PAUSE;
    talk::talk(session).await
}

/// Joins the Wi-Fi network, and rejoins it after each loss.
#[embassy_executor::task]
async fn keep_wifi(mut controller: WifiController<'static>) {
    loop {
        match controller.connect_async().await {
            Ok(_) => {
                log::info!("joined {}", config::WIFI_SSID);
                let _ = controller.wait_for_disconnect_async().await;
                log::warn!("lost {}", config::WIFI_SSID);
            }
            Err(error) => log::warn!("cannot join {}: {error:?}", config::WIFI_SSID),
        }
        Timer::after(FIRST_PAUSE).await;
    }
}

#[embassy_executor::task]
async fn keep_network(mut runner: Runner<'static, Interface<'static>>) {
    runner.run().await
}
