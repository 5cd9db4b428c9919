{% set open, bar = "/*", " *" %}
{% include "part/about" %}
 *
 * The array holds exactly the DER: pass `{{ name("DER") }}` with `sizeof {{ name("DER") }}`.
 */
#ifndef CERTGRAB_{{ name }}_DER_H
#define CERTGRAB_{{ name }}_DER_H

#include <stddef.h>
#include <stdint.h>

{% include "part/c-der" %}

{% include "part/c-facts" %}

#endif
