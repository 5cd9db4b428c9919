{% set open, bar = "/*", " *" %}
{% include "part/about" %}
 *
 * Usage; connect by host name, not by IP address:
 *     NetworkClientSecure client;    before version 3 of the core: WiFiClientSecure client;
 *     client.setCACert({{ name }});
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

/* PEM text. The client keeps the pointer, and this array outlives the client. */
{% set place = " PROGMEM" %}
{% set is_for_gcc = true %}
{% include "part/c-pem" %}

{% include "part/c-facts" %}

#endif
