"""The forms of providers, organisations and generated networks."""
