"""The commands of a team's service: `team join`, `leave`, `status`, `new-key`, `save`."""
