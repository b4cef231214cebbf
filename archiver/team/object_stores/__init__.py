"""The store of a team's bytes: four calls, on a folder that all machines see or on a service that speaks S3."""
