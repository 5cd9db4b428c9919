//! QEMU's `virt` machine: memory, time, random numbers, and the UART that is the network.
//!
//! In: nothing. Out: [`start`], [`now`], [`Random`] and [`Uart`].

use core::{convert::Infallible, mem::MaybeUninit, time::Duration};
use embedded_alloc::LlffHeap;
use embedded_io::{ErrorType, Read, Write};
use rand_core::{TryCryptoRng, TryRng};

/// The heap, in bytes: less than the approximately 200 KB that Wi-Fi leaves free on an ESP32-C3.
const HEAP: usize = 160 * 1024;

#[global_allocator]
static ALLOCATOR: LlffHeap = LlffHeap::empty();

/// Gives the allocator its memory. Call this once, before anything else.
pub fn start() {
    static mut MEMORY: [MaybeUninit<u8>; HEAP] = [MaybeUninit::uninit(); HEAP];
    // SAFETY: called once, before anything allocates; nothing else can access the memory.
    unsafe { ALLOCATOR.init(&raw mut MEMORY as usize, HEAP) }
}

/// The time since the machine started.
pub fn now() -> Duration {
    /// `virt` counts at 10 MHz.
    const NANOSECONDS: u64 = 100;
    Duration::from_nanos(riscv::register::time::read64() * NANOSECONDS)
}

/// The host's random numbers, through semihosting. Only for this test.
pub struct Random;

impl TryRng for Random {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        semihosting::experimental::random::fill_bytes(bytes).expect("the host has random numbers");
        Ok(())
    }
}

impl TryCryptoRng for Random {}

/// The machine's NS16550A. QEMU connects it to the broker.
pub struct Uart;

/// The UART's data register on `virt`.
const DATA: *mut u8 = 0x1000_0000 as *mut u8;
/// The UART's line status register.
const STATUS: *const u8 = 0x1000_0005 as *const u8;
/// Status bit: a byte can be read.
const READABLE: u8 = 1 << 0;
/// Status bit: a byte can be written.
const WRITABLE: u8 = 1 << 5;

impl Uart {
    /// Whether a byte can be read.
    pub fn readable(&self) -> bool {
        self.status() & READABLE != 0
    }

    fn status(&self) -> u8 {
        // SAFETY: this is the address of the register on `virt`.
        unsafe { STATUS.read_volatile() }
    }
}

impl ErrorType for Uart {
    type Error = Infallible;
}

impl Read for Uart {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Infallible> {
        let mut count = 0;
        while count < buffer.len() && (count == 0 || self.readable()) {
            while !self.readable() {
                core::hint::spin_loop();
            }
            // SAFETY: this is the address of the register on `virt`, and the status shows a byte.
            buffer[count] = unsafe { DATA.read_volatile() };
            count += 1;
        }
        Ok(count)
    }
}

impl Write for Uart {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        for byte in bytes {
            while self.status() & WRITABLE == 0 {
                core::hint::spin_loop();
            }
            // SAFETY: this is the address of the register on `virt`, and the status shows room for a byte.
            unsafe { DATA.write_volatile(*byte) };
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}
