"""What belongs to our own company, in the form in which it is compared: none of it ever identifies a customer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kundenakte.customers import normal_forms


@dataclass(frozen=True, slots=True)
class OwnCompany:
    """Normalised values; build it with `of`. Empty sets mean that nothing is known, and nothing is excluded."""

    name_cores: frozenset[str] = frozenset()
    zip_streets: frozenset[str] = frozenset()
    vat_ids: frozenset[str] = frozenset()
    tax_numbers: frozenset[str] = frozenset()
    ibans: frozenset[str] = frozenset()
    email_domains: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls,
        *,
        names: Iterable[str] = (),
        addresses: Iterable[tuple[str, str]] = (),
        vat_ids: Iterable[str] = (),
        tax_numbers: Iterable[str] = (),
        ibans: Iterable[str] = (),
        email_domains: Iterable[str] = (),
        phones: Iterable[str] = (),
    ) -> OwnCompany:
        """Normalise values as people write them; `addresses` are pairs of zip code and street."""

        def made(values: Iterable[str]) -> frozenset[str]:
            return frozenset(value for value in values if value)

        return cls(
            name_cores=made(normal_forms.name_core(name) for name in names),
            zip_streets=made(normal_forms.zip_street(code, street) for code, street in addresses),
            vat_ids=made(normal_forms.vat_id(value) for value in vat_ids),
            tax_numbers=made(normal_forms.tax_number(value) for value in tax_numbers),
            ibans=made(normal_forms.iban(value) for value in ibans),
            email_domains=made(normal_forms.email_domain(value) for value in email_domains),
            phones=made(normal_forms.phone(value) for value in phones),
        )

    def has_domain(self, address: str) -> bool:
        """True for our mail addresses, those in subdomains included."""
        domain = address.rsplit("@", 1)[-1]
        return any(domain == own or domain.endswith(f".{own}") for own in self.email_domains)

    def has_phone(self, number: str) -> bool:
        """True for our numbers; an extension makes a number longer, so a common beginning is enough."""
        return any(number.startswith(own[:-2] if len(own) > 9 else own) for own in self.phones)

    def has_name(self, name: str) -> bool:
        """True when `name` is our company's, whatever its legal form or an addition behind it."""
        core = normal_forms.name_core(name)
        return any(core == own or (len(own) > 5 and core.startswith(f"{own} ")) for own in self.name_cores)
