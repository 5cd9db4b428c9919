# Generates the constants of certgrab.toml from their locks. Offline. Install certgrab with
# @INSTALL@.
#
#   include certgrab.mk
#   firmware.elf: certgrab
CERTGRAB ?= certgrab

.PHONY: certgrab certgrab-check

# Does not write unchanged files, so nothing is recompiled.
certgrab:
	$(CERTGRAB) sync --locked --quiet

# Checks whether the constants still verify their servers.
certgrab-check:
	$(CERTGRAB) check
