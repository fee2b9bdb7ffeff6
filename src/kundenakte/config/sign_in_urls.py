"""Which pages of the sign-in are open, in which order."""

from allauth.account import urls as account
from django.urls import URLPattern, include, path

_OURS = {
    "account_login", "account_logout", "account_inactive", "account_change_password", "account_reauthenticate",
    # Closed by sign_in.ClosedHouse; allauth asks for its address.
    "account_signup",
}  # fmt: skip

urlpatterns = [
    *(one for one in account.urlpatterns if isinstance(one, URLPattern) and one.name in _OURS),
    path("2fa/", include("allauth.mfa.urls")),
]
