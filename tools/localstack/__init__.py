"""LocalStack as a second opinion: an AWS that others wrote, for the services that it has without an account."""
