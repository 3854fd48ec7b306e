"""Development tools of this repository; nothing here is part of the published collection's behaviour."""
