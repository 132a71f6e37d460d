"""What the approach and fellowship pages need, in few queries."""
