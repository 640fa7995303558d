"""What every run has, whatever its time: who is in it, the links between them, the verbs, and what is due."""
