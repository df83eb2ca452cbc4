"""Routes: everything lives under /api/; errors outside of it are problem+json as well."""

from django.urls import path

from journal import problems
from journal.api import api

urlpatterns = [path("api/", api.urls)]

handler400 = problems.bad_request
handler403 = problems.forbidden
handler404 = problems.not_found
handler500 = problems.server_error
