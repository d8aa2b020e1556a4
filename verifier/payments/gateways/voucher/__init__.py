"""The gateway `voucher`: codes that an agent pays out."""
