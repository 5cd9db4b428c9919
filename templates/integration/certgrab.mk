# Makes the constants of certgrab.toml from their locks. Offline. Install certgrab:
# @INSTALL@.
#
#   include certgrab.mk
#   firmware.elf: certgrab
CERTGRAB ?= certgrab

.PHONY: certgrab certgrab-check

# It writes nothing that has not changed, so nothing is compiled again.
certgrab:
	$(CERTGRAB) sync --locked --quiet

# Do the constants still open the door? Asks the servers.
certgrab-check:
	$(CERTGRAB) check
