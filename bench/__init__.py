"""The comparisons that `make bench` prints: P4 Lab beside what one would use instead, measured in the same run."""
