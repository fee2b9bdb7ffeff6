"""A process as it was read from its file: what each activity asks for. The order of things is the engine's matter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kundenakte.circulation.processes.durations import Duration
from kundenakte.circulation.processes.forms import Form


@dataclass(frozen=True, slots=True)
class UserStep:
    """A user task: somebody has to do something."""

    id: str
    name: str
    # The name of the lane: a team. Empty: whoever owns the case.
    lane: str = ""
    # "owner", "starter" or the name of a field with a person; goes before the lane.
    assignee: str = ""
    wish: str = "complete"
    four_eyes: bool = False
    due_days: int | None = None
    stage: str = ""
    instruction: str = ""
    # It is done at the customer's, on a device that may have no network there.
    is_visit: bool = False
    form: Form = field(default_factory=Form)


@dataclass(frozen=True, slots=True)
class Errand:
    """A service task: something the house does by itself, from the list in services.py."""

    id: str
    name: str
    service: str
    parameters: Mapping[str, str]
    stage: str = ""


@dataclass(frozen=True, slots=True)
class TimerWait:
    """A time to wait for."""

    id: str
    name: str
    duration: Duration


@dataclass(frozen=True, slots=True)
class MessageWait:
    """A message to wait for; somebody says in the browser or by REST that it has come."""

    id: str
    name: str
    message: str
    stage: str = ""


@dataclass(frozen=True, slots=True)
class Definition:
    """Everything about a process but its arrows."""

    key: str
    name: str
    prefix: str
    process_id: str
    source: str
    digest: str
    # Working days after which a case is late.
    due_days: int | None
    # Which fields tell a case's reason, amount and owner.
    reason_field: str
    amount_field: str
    owner_field: str
    start_form: Form
    user_steps: Mapping[str, UserStep]
    errands: Mapping[str, Errand]
    timers: Mapping[str, TimerWait]
    messages: Mapping[str, MessageWait]
    # Conditions by the id of their arrow.
    conditions: Mapping[str, str]
    # Names of all elements, to say where a case stands.
    names: Mapping[str, str]

    def field_names(self) -> set[str]:
        """All fields its forms know."""
        forms = [self.start_form, *(step.form for step in self.user_steps.values())]
        return {one.name for form in forms for one in form.fields}

    def stages(self) -> list[str]:
        """The stages of a case in the order in which the file names them."""
        stage_of = {one.id: one.stage for one in self.user_steps.values()}
        stage_of |= {one.id: one.stage for one in self.errands.values()}
        stage_of |= {one.id: one.stage for one in self.messages.values()}
        said = (stage_of.get(element) for element in self.names)
        return list(dict.fromkeys(stage for stage in said if stage))

    def reasons(self) -> tuple[tuple[str, str], ...]:
        """The reasons to choose from: value and title."""
        for form in (self.start_form, *(step.form for step in self.user_steps.values())):
            found = form.field(self.reason_field)
            if found is not None:
                return found.choices
        return ()

    def title_of(self, name: str, value: object) -> str:
        """How a person reads the value of a field: the title of a choice, the value of anything else."""
        for form in (self.start_form, *(step.form for step in self.user_steps.values())):
            found = form.field(name)
            if found is not None and found.kind == "choice":
                return dict(found.choices).get(str(value), str(value))
        return str(value)
