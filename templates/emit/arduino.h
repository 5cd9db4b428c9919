{% set open, bar = "/*", " *" %}
{% include "part/about" %}
 *
 * Usage, with the name of the server and never its address:
 *     NetworkClientSecure client;    before version 3 of the core: WiFiClientSecure client;
 *     client.setCACert({{ name }});
 *     client.connect({{ name("HOST") }}, {{ name("PORT") }});
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

/* PEM text. The client keeps the pointer, so that it must outlive the client: this one does. */
{% set place = " PROGMEM" %}
{% set is_for_gcc = true %}
{% include "part/c-pem" %}

{% include "part/c-facts" %}

#endif
