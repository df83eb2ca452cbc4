"""Reading and checking terraform/config. Nothing here runs anything."""
