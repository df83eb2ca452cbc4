"""How the journal runs: settings, routes, WSGI entry. No journal logic here."""
