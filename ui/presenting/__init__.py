"""What is for an audience: full screen, the marker pen, pictures and films, and what helps to find and follow."""
