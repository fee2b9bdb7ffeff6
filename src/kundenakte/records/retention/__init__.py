"""How long a document is kept: rules as data, a calculation without database or clock, and what blocks its end."""
