"""Programs that run in a container in the place of one whose image cannot be had everywhere."""
