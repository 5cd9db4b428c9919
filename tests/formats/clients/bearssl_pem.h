#ifndef BEARSSL_PEM_H
#define BEARSSL_PEM_H
#include <bearssl.h>
#ifdef __cplusplus
extern "C" {
#endif
/* The number of certificates in `text` that became `anchors`, at most `room`. */
size_t anchors_of_pem(const char *text, br_x509_trust_anchor *anchors, size_t room);
/* The objects of `text` with this label, in DER. */
size_t objects_of_pem(const char *text, const char *label, br_x509_certificate *objects, size_t room);
#ifdef __cplusplus
}
#endif
#endif
