//! The builds of mbedTLS in the table of stacks: versions, digests and sizes of buffers.

use super::{Build, Version};
use crate::stack::key::Digest::{self, Md5, Sha1, Sha224, Sha256, Sha384, Sha512};

const ALL_DIGESTS: &[Digest] = &[Md5, Sha1, Sha224, Sha256, Sha384, Sha512];

/// `MBEDTLS_SSL_IN_CONTENT_LEN`: a message in more than one record can only be read since 3.6.3.
const ONE_RECORD: usize = 16_384;
/// The buffer in which 3.6.5 joins the records of a message: `MBEDTLS_SSL_IN_BUFFER_LEN` with an IV (16), the
/// longest MAC and padding (256), without the header of the last record (5).
const fn room_with_mac(octets: usize) -> usize {
    ONE_RECORD + 16 + octets + 256 - 5
}
/// What `MBEDTLS_SSL_DTLS_CONNECTION_ID` adds to it.
const CONNECTION_ID: usize = 48;

pub(in crate::stack) const MBEDTLS_3_6: Build = Build {
    version: Version::V3_6,
    checks_dates: true,
    compiled: ALL_DIGESTS,
    reads_pss: true,
    has_brainpool: true,
    needs_every_anchor: false,
    most_octets: room_with_mac(48) + CONNECTION_ID,
};
pub(in crate::stack) const WITHOUT_DATES: Build = Build { checks_dates: false, ..MBEDTLS_3_6 };
pub(in crate::stack) const SHA256_ALONE: Build =
    Build { compiled: &[Sha256], most_octets: room_with_mac(32) + CONNECTION_ID, ..MBEDTLS_3_6 };

/// The builds of frameworks, which also use older releases of 3.6.
pub(in crate::stack) const ESP_IDF: Build = Build { most_octets: ONE_RECORD, ..WITHOUT_DATES };
pub(in crate::stack) const ESP_IDF_DATES: Build = Build { checks_dates: true, ..ESP_IDF };
/// `tls_add_ca_certificate` of `sockets_tls.c` refuses a file with one certificate that cannot be read.
pub(in crate::stack) const ZEPHYR: Build =
    Build { most_octets: ONE_RECORD, needs_every_anchor: true, ..SHA256_ALONE };

/// `extmod/mbedtls/mbedtls_config_common.h`; each anchor in its own call, which takes one in DER and raises
/// an exception if it cannot be read.
pub(in crate::stack) const MICROPYTHON: Build = Build {
    reads_pss: false,
    has_brainpool: false,
    needs_every_anchor: true,
    most_octets: room_with_mac(48),
    ..MBEDTLS_3_6
};

pub(in crate::stack) const V2_28: Build =
    Build { version: Version::V2_28, most_octets: ONE_RECORD, ..MBEDTLS_3_6 };
