"""Jobs on the queue: orchestrates the other rooms and owns no facts."""
