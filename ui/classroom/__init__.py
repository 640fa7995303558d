"""The class in the window: who is in it, its code to be shown, and what its teacher may do."""
