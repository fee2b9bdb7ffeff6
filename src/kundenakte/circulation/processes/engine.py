"""A process under way, in memory: SpiffWorkflow walks it, everything else is ours.

Its script engine is replaced by one that only knows our language of conditions; timers count with our calendar and
the clock that is given; service tasks stop the walk like tasks of people, so that nothing happens inside the engine.
The fields of a case are one set for the whole case, not one for each branch. No row is read or written here.
"""

from __future__ import annotations

import functools
import io
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

from lxml import etree
from SpiffWorkflow import TaskState
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.parser.event_parsers import BoundaryEventParser, IntermediateCatchEventParser
from SpiffWorkflow.bpmn.parser.task_parsers import TaskParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.serializer.config import DEFAULT_CONFIG
from SpiffWorkflow.bpmn.serializer.default.event_definition import TimerConditionalEventDefinitionConverter
from SpiffWorkflow.bpmn.serializer.default.workflow import BpmnWorkflowConverter
from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent, IntermediateCatchEvent, ManualTask
from SpiffWorkflow.bpmn.specs.event_definitions import DurationTimerEventDefinition, MessageEventDefinition
from SpiffWorkflow.bpmn.util import BpmnEvent
from SpiffWorkflow.bpmn.util.diff import diff_workflow, migrate_workflow
from SpiffWorkflow.exceptions import SpiffWorkflowException

from kundenakte.circulation.processes import conditions, services
from kundenakte.circulation.processes.definition import Definition, Errand, UserStep
from kundenakte.circulation.processes.durations import Duration
from kundenakte.circulation.processes.refusals import BpmnRefused, CaseStuck, ConditionRefused, NotMigrated

FORMAT: Final = 1
# It tells every step of every task; minutes and journal say what matters.
logging.getLogger("spiff").setLevel(logging.WARNING)
_MOST_STEPS: Final = 2000


# --- what stands in for SpiffWorkflow's own ------------------------------------------------------------------------


class _Conditions(PythonScriptEngine):  # type: ignore[misc]
    """Evaluates our conditions over the case's fields. There is nothing else it would do."""

    def __init__(self, fields: dict[str, Any], now: datetime) -> None:
        # Its parent's would make an environment in which Python runs.
        self.environment = self
        self.fields = fields
        self.now = now

    def validate(self, expression: str) -> None:
        conditions.read(expression)

    def evaluate(self, task: Any, expression: str, external_context: Any = None) -> bool:
        return conditions.holds(expression, self.fields)

    def execute(self, task: Any, script: str, external_context: Any = None) -> bool:
        raise BpmnRefused("Skripte führt die Kundenakte nicht aus.")

    def call_service(self, task: Any, **_more: Any) -> bool:
        raise BpmnRefused("Dienste ruft die Maschine nicht selbst auf.")


class _Timer(DurationTimerEventDefinition):  # type: ignore[misc]
    """Its expression is a `Duration`; when it ends is fixed once, when the process gets there."""

    def has_fired(self, my_task: Any) -> bool:
        clock = my_task.workflow.script_engine
        due = my_task._get_internal_data("event_value")
        if due is None:
            due = Duration.stored(self.expression).after(clock.now).isoformat()
            my_task._set_internal_data(event_value=due)
        if datetime.fromisoformat(due) <= clock.now:
            my_task._set_internal_data(event_fired=True)
        return bool(my_task._get_internal_data("event_fired"))


class _TimerParser:
    """A timer is read as our own, which has been checked before."""

    def parse_timer_event(self, event: Any) -> _Timer:
        node = cast(Any, self).node
        [text] = event.xpath("./*[local-name()='timeDuration']/text()")
        working = event.get("{urn:kundenakte:process:1}workingDays") == "true"
        return _Timer(node.get("id"), str(Duration.read(text, working=working)), description="Timer")


class _Boundary(_TimerParser, BoundaryEventParser):  # type: ignore[misc]
    pass


class _Between(_TimerParser, IntermediateCatchEventParser):  # type: ignore[misc]
    pass


class _Parser(BpmnParser):  # type: ignore[misc]
    OVERRIDE_PARSER_CLASSES = {
        full_tag("serviceTask"): (TaskParser, ManualTask),
        full_tag("boundaryEvent"): (_Boundary, BoundaryEvent),
        full_tag("intermediateCatchEvent"): (_Between, IntermediateCatchEvent),
    }


class _Position(BpmnWorkflowConverter):  # type: ignore[misc]
    """Where a process stands, without its definition: that is a row of its own."""

    def to_dict(self, workflow: Any) -> dict[str, Any]:
        spec, specs = workflow.spec, workflow.subprocess_specs
        workflow.spec, workflow.subprocess_specs = None, {}
        try:
            written: dict[str, Any] = super().to_dict(workflow)
        finally:
            workflow.spec, workflow.subprocess_specs = spec, specs
        return written


_SPECS: Final = dict(DEFAULT_CONFIG) | {_Timer: TimerConditionalEventDefinitionConverter}
# Writes positions; reads them together with a definition; compares definitions.
_WRITES: Final = BpmnWorkflowSerializer.configure(_SPECS | {BpmnWorkflow: _Position})
_READS: Final = BpmnWorkflowSerializer.configure(_SPECS)


# --- a process under way -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Open:
    """An activity that waits for somebody or for the house; `run` is the id of this run of it."""

    element: str
    run: UUID


@dataclass(frozen=True, slots=True)
class Waiting:
    """A timer and when it goes off."""

    element: str
    run: UUID
    due_at: datetime


class Run:
    """One process under way. What it asks of the outside, its methods say; what happens outside is told to it."""

    def __init__(self, definition: Definition, workflow: Any, engine: _Conditions) -> None:
        self.definition = definition
        self._workflow = workflow
        self._engine = engine
        workflow.script_engine = engine

    @classmethod
    def begin(cls, definition: Definition, fields: Mapping[str, Any], *, now: datetime) -> Run:
        """A new one, walked to the first things that have to be done."""
        spec, specs = _specs(definition.source)
        engine = _Conditions(dict(fields), now)
        run = cls(definition, BpmnWorkflow(spec, specs, script_engine=engine), engine)
        run._walk()
        return run

    @classmethod
    def resume(
        cls, definition: Definition, position: Mapping[str, Any], fields: Mapping[str, Any], *, now: datetime
    ) -> Run:
        """One that was put away with `position`."""
        spec, specs = _specs(definition.source)
        stored = dict(position["workflow"]) | {"spec": spec, "subprocess_specs": specs}
        return cls(definition, _READS.restore(stored), _Conditions(dict(fields), now))

    @property
    def fields(self) -> dict[str, Any]:
        """The fields of the case, with what service tasks have set."""
        return self._engine.fields

    @property
    def is_over(self) -> bool:
        """Whether its end is reached."""
        return bool(self._workflow.completed)

    def position(self) -> dict[str, Any]:
        """Where it stands, as JSON."""
        return {"format": FORMAT, "workflow": _WRITES.convert(self._workflow)}

    def open_steps(self) -> list[tuple[Open, UserStep]]:
        """What people have to do now."""
        steps = self.definition.user_steps
        return [(one, steps[one.element]) for one in self._ready() if one.element in steps]

    def open_errands(self) -> list[tuple[Open, Errand]]:
        """What the house has to do now."""
        errands = self.definition.errands
        return [(one, errands[one.element]) for one in self._ready() if one.element in errands]

    def timers(self) -> list[Waiting]:
        """What it waits for by the clock."""
        return [
            Waiting(task.task_spec.bpmn_id, task.id, datetime.fromisoformat(task._get_internal_data("event_value")))
            for task in self._caught()
            if isinstance(task.task_spec.event_definition, _Timer) and task._get_internal_data("event_value")
        ]

    def messages(self) -> list[Open]:
        """What it waits to be told."""
        return [
            Open(task.task_spec.bpmn_id, task.id)
            for task in self._caught()
            if isinstance(task.task_spec.event_definition, MessageEventDefinition)
        ]

    def here(self) -> list[str]:
        """The elements it stands at, for the diagram and the list of steps."""
        found = [one.element for one in self._ready()]
        found += [task.task_spec.bpmn_id for task in self._caught() if task.task_spec.bpmn_id]
        found += [
            task.task_spec.bpmn_id
            for task in self._workflow.get_tasks(state=TaskState.WAITING | TaskState.STARTED)
            if task.id in self._workflow.subprocesses
        ]
        return list(dict.fromkeys(found))

    def passed(self) -> list[str]:
        """The elements that are behind it, in the order in which they ended."""
        tasks = sorted(self._workflow.get_tasks(state=TaskState.COMPLETED), key=lambda task: task.last_state_change)
        return list(dict.fromkeys(name for task in tasks if (name := getattr(task.task_spec, "bpmn_id", None))))

    def finish(self, run: UUID, answers: Mapping[str, Any] | None = None) -> None:
        """An activity is done, with what its form brought. Raises CaseStuck where it is not open."""
        task = self._workflow.get_task_from_id(run)
        if task is None or task.state != TaskState.READY:
            raise CaseStuck("Dieser Schritt ist nicht mehr offen.")
        self.fields.update(answers or {})
        self._run(task)
        self._walk()

    def ring(self) -> None:
        """Let go off what is due now."""
        self._workflow.refresh_timers()
        self._walk()

    def tell(self, message: str) -> None:
        """A message has come. Raises CaseStuck where nobody waits for it."""
        known = {one.id: one.message for one in self.definition.messages.values()}
        if message not in {known[one.element] for one in self.messages()}:
            raise CaseStuck("Auf diese Nachricht wartet der Vorgang nicht.")
        self._workflow.send_event(BpmnEvent(MessageEventDefinition(message), payload={}))
        self._walk()

    def migrated(self, to: Definition) -> Run:
        """The same run on another edition. Raises NotMigrated where what it has done or does is not the same there."""
        spec, specs = _specs(to.source)
        due = {task.id: task._get_internal_data("event_value") for task in self._caught()}
        top, below = diff_workflow(_READS, self._workflow, spec, specs)
        # Before anything is touched.
        for diff in (top, *below.values()):
            _require_same(diff)
        for task_id, diff in below.items():
            migrate_workflow(diff, self._workflow.subprocesses[task_id], specs[self._spec_name(task_id)])
        self._workflow.subprocess_specs = specs
        migrate_workflow(top, self._workflow, spec)
        for task in self._caught():
            # A timer that ran goes on running.
            if due.get(task.id) and isinstance(task.task_spec.event_definition, _Timer):
                task._set_internal_data(event_value=due[task.id])
        made = Run(to, self._workflow, self._engine)
        made._walk()
        return made

    # --- inside ----------------------------------------------------------------------------------------------------

    def _walk(self) -> None:
        """Go on as far as nobody is needed; fields are set on the way."""
        steps = 0

        def counted(_task: Any) -> None:
            nonlocal steps
            steps += 1
            if steps > _MOST_STEPS:
                raise CaseStuck

        while True:
            try:
                self._workflow.do_engine_steps(did_complete_task=counted)
            except (SpiffWorkflowException, ConditionRefused) as error:
                raise CaseStuck from error
            settings = [one for one in self.open_errands() if one[1].service == services.SET_FIELD]
            if not settings:
                return
            for one, errand in settings:
                counted(one)
                self.fields[errand.parameters["field"]] = services.constant(errand.parameters["value"])
                self._run(self._workflow.get_task_from_id(one.run))

    def _run(self, task: Any) -> None:
        try:
            task.run()
        except (SpiffWorkflowException, ConditionRefused) as error:
            raise CaseStuck from error

    def _ready(self) -> Iterator[Open]:
        for task in self._workflow.get_tasks(state=TaskState.READY, manual=True):
            yield Open(task.task_spec.bpmn_id, task.id)

    def _caught(self) -> list[Any]:
        return [task for task in self._workflow.event_manager.tasks.values() if task.state == TaskState.WAITING]

    def _spec_name(self, task_id: UUID) -> str:
        return str(self._workflow.subprocesses[task_id].spec.name)


def _require_same(diff: Any) -> None:
    """What is behind a case, or under way, must be in the new edition; what was done must be the same there."""
    if diff is None:
        raise NotMigrated("Ein Teilprozess, in dem der Vorgang steht, fehlt in der neuen Ausgabe.")
    begun = TaskState.READY | TaskState.WAITING | TaskState.STARTED | TaskState.COMPLETED
    gone = [task for task in diff.removed if task.has_state(begun)]
    changed = [task for task in diff.changed if task.has_state(TaskState.STARTED | TaskState.COMPLETED)]
    if gone:
        raise NotMigrated(
            "„%(name)s“ fehlt in der neuen Ausgabe, und der Vorgang ist dort schon vorbeigekommen. "
            "Er bleibt bei seiner Ausgabe.",
            name=_named(gone[0]),
        )
    if changed:
        raise NotMigrated(
            "„%(name)s“ ist in der neuen Ausgabe anders verbunden, und der Vorgang ist dort schon vorbeigekommen. "
            "Er bleibt bei seiner Ausgabe.",
            name=_named(changed[0]),
        )


def _named(task: Any) -> str:
    return str(task.task_spec.bpmn_name or task.task_spec.name)


@functools.lru_cache(maxsize=64)
def _specs(source: str) -> tuple[Any, dict[str, Any]]:
    """A definition as the engine walks it; shared by all its runs, none of which changes it."""
    parser = _Parser()
    root = etree.parse(
        io.BytesIO(source.encode()), etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    )
    try:
        parser.add_bpmn_xml(root)
        [process] = [one.get("id") for one in root.getroot() if etree.QName(one).localname == "process"]
        return parser.get_spec(process), parser.get_subprocess_specs(process)
    except (SpiffWorkflowException, ConditionRefused) as error:
        raise BpmnRefused(
            "Diesen Prozess kann die Kundenakte nicht ausführen: %(why)s", why=str(error)[:200]
        ) from error


def check(definition: Definition) -> None:
    """Raise BpmnRefused unless the engine takes it."""
    _specs(definition.source)
