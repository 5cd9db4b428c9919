{% set open, bar = "/*", " *" %}
{% include "part/about" %}
 *
 * Usage; the list must outlive the client; set the clock before connecting:
 *     static BearSSL::X509List anchors({{ name }});
 *     BearSSL::WiFiClientSecure client;
 *     configTime(0, 0, "pool.ntp.org");
 *     client.setTrustAnchors(&anchors);
 *     client.connect({{ name("HOST") if host else '"broker.example"' }}, {{ name("PORT") if host else 8883 }});
 */
#ifndef CERTGRAB_{{ name }}_H
#define CERTGRAB_{{ name }}_H

#include <stdint.h>
#ifdef ARDUINO
#include <Arduino.h>
#endif
#ifndef PROGMEM
#define PROGMEM
#endif

/* PEM text; BearSSL's decoder needs the newline at its end. */
{% set place = " PROGMEM" %}
{% set is_for_gcc = true %}
{% include "part/c-pem" %}

{% include "part/c-facts" %}

#endif
