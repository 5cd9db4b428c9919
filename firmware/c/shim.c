/* The header's array has internal linkage, so that any number of C files can include it; for Rust
 * it needs a symbol of its own. bindgen would declare the array itself, which no object has. */
#include "root_ca.h"
const char *const broker_root_ca = BROKER_ROOT_CA;
const unsigned long broker_root_ca_size = sizeof BROKER_ROOT_CA;
