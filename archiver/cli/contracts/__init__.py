"""Commands about contracts: their facts, deliveries, attachments, and the roles of people."""
