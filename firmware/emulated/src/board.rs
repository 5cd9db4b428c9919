//! QEMU's `virt` machine: memory, time, random numbers, and the UART that is the network.
//!
//! In: nothing. Out: [`start`], [`now`], [`Random`] and [`Uart`].

use core::{convert::Infallible, mem::MaybeUninit, time::Duration};
use embedded_alloc::LlffHeap;
use embedded_io::{ErrorType, Read, Write};
use rand_core::{TryCryptoRng, TryRng};

/// The heap, in bytes: less than the 200 KB or so that an ESP32-C3 has left beside Wi-Fi.
const HEAP: usize = 160 * 1024;

#[global_allocator]
static ALLOCATOR: LlffHeap = LlffHeap::empty();

/// Gives the allocator its memory. To be called once, first.
pub fn start() {
    static mut MEMORY: [MaybeUninit<u8>; HEAP] = [MaybeUninit::uninit(); HEAP];
    // SAFETY: called once, before anything allocates; nothing else knows the memory.
    unsafe { ALLOCATOR.init(&raw mut MEMORY as usize, HEAP) }
}

/// The time since the machine started.
pub fn now() -> Duration {
    /// `virt` counts at 10 MHz.
    const NANOSECONDS: u64 = 100;
    Duration::from_nanos(riscv::register::time::read64() * NANOSECONDS)
}

/// The host's random numbers, by semihosting. Fit for this test only.
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

/// The machine's NS16550A. QEMU connects its other end to the broker.
pub struct Uart;

/// Where `virt` has the UART: its data register.
const DATA: *mut u8 = 0x1000_0000 as *mut u8;
/// Its line status register, 5 bytes further.
const STATUS: *const u8 = 0x1000_0005 as *const u8;
/// In the status: a byte is there to be read.
const READABLE: u8 = 1 << 0;
/// In the status: a byte can be written.
const WRITABLE: u8 = 1 << 5;

impl Uart {
    /// Whether a byte is there to be read.
    pub fn readable(&self) -> bool {
        self.status() & READABLE != 0
    }

    fn status(&self) -> u8 {
        // SAFETY: `virt` has the register at this address.
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
            // SAFETY: as in `status`; the status says that there is a byte.
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
            // SAFETY: as in `status`; the status says that there is room.
            unsafe { DATA.write_volatile(*byte) };
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}
