/* The header's array has internal linkage, so that several C files can include it. Rust needs a symbol
 * with external linkage. bindgen would declare the array itself, which is in no symbol table. */
#include "root_ca.h"
const char *const broker_root_ca = BROKER_ROOT_CA;
const unsigned long broker_root_ca_size = sizeof BROKER_ROOT_CA;
