"""The panels beside and below the map: plots, event log, details, lesson."""
