"""The commands of a team: `team init`, `adopt`, `take-home`, `verify`, `join`, `leave`, `new-key`, `restore`, `status`,
`grant`, `revoke`, `audit`, `export`, and its processes `save` and `serve`."""
