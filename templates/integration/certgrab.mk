# Makes the constants of certgrab.toml from their locks. Offline. Install certgrab with
# @INSTALL@.
#
#   include certgrab.mk
#   firmware.elf: certgrab
CERTGRAB ?= certgrab

.PHONY: certgrab certgrab-check

# It writes nothing that has not changed, so nothing is compiled again.
certgrab:
	$(CERTGRAB) sync --locked --quiet

# Asks the servers: do the constants still verify them?
certgrab-check:
	$(CERTGRAB) check
