"""What it is worth: effects become money, money is discounted, forecast and tied out to the P&L."""

#: Raised by hand when figures move; part of every publication's fingerprint.
VALUE_VERSION = 2
