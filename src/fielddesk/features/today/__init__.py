"""The day: visits with their readiness, what is late, inspections due, parts that run out, what waits for an answer."""
