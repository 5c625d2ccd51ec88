"""Trains, measures and exports the embedded checkpoint; see README.md beside this file."""
