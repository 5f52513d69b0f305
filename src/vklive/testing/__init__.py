"""What tests of programs built on vklive need: virtual time, and more to come."""
