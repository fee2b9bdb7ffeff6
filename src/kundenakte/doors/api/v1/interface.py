"""The interface as a whole: its name, its parts, how it answers errors."""

from ninja import NinjaAPI

from kundenakte.doors.api import problems
from kundenakte.doors.api.v1 import arrivals, cases, customers, documents, evidence, files

api = NinjaAPI(
    title="Kundenakte",
    version="1",
    description="Documents and customers of the Kundenakte for programs. Sign in with `Authorization: Bearer <token>`.",
    urls_namespace="api-v1",
    # No page that loads scripts from elsewhere: programs read openapi.json, people docs/doors/rest.md.
    docs_url=None,
)
problems.handle_in(api)
api.add_router("/documents", documents.router)
api.add_router("/documents", files.router)
api.add_router("", evidence.router)
api.add_router("/arrivals", arrivals.router)
api.add_router("/customers", customers.router)
api.add_router("/cases", cases.router)
