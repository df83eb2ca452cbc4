"""The release journal: what is live where, and how it got there."""

__version__ = "0.1.0"
