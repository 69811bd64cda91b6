"""The object types: a table of what each one is called and what it holds, members in order."""

from functools import cache

from drp_emulator.object_types.members import (
    AUTO_FILL,
    CLAIM,
    ERROR_STACK,
    FINGERPRINT,
    OLD_PROFILE,
    OS,
    POOL_ACTION,
    REQUIRES,
    TEMPLATES,
    TIME,
)
from drp_emulator.object_types.object_type import HEAD, NAME, PARAMS, PARTIAL, TEXTS, V3, V4, ObjectType
from drp_emulator.wire.dialects import Dialect
from drp_emulator.wire.go_types import (
    ADDRESS,
    ANYTHING,
    BOOL,
    INTEGER,
    STRING,
    STRINGS,
    UUID,
    Field,
    Fixed,
    ListOf,
    MapOf,
)

_POOL_ACTIONS = ("EnterActions", "ExitActions", "AllocateActions", "ReleaseActions")

_PROFILE = ObjectType(
    "profiles",
    "Profile",
    "Name",
    (*HEAD, PARTIAL, NAME, *TEXTS, PARAMS, Field("Profiles", STRINGS, only=V4)),
    indexes=("Name", "Params"),
)
_MACHINE = ObjectType(
    "machines",
    "Machine",
    "Uuid",
    (
        *HEAD,
        PARTIAL,
        NAME,
        Field("Description", STRING),
        Field("Uuid", UUID),
        Field("CurrentJob", STRING),
        Field("Address", ADDRESS),
        Field("Stage", STRING),
        Field("BootEnv", STRING),
        Field("Profiles", STRINGS),
        Field("Profile", Fixed(OLD_PROFILE), only=V3),
        PARAMS,
        Field("Tasks", STRINGS),
        Field("CurrentTask", INTEGER),
        Field("RetryTaskAttempt", INTEGER, only=V4),
        Field("TaskErrorStacks", ListOf(ERROR_STACK), only=V4),
        Field("Runnable", BOOL),
        Field("Secret", STRING),
        Field("OS", STRING),
        Field("HardwareAddrs", STRINGS),
        Field("Workflow", STRING),
        Field("Arch", STRING),
        Field("Locked", BOOL),
        Field("Context", STRING, only=V4),
        Field("Fingerprint", FINGERPRINT, only=V4),
        Field("Pool", STRING, only=V4),
        Field("PoolAllocated", BOOL, only=V4),
        Field("PoolStatus", STRING, only=V4),
        Field("WorkflowComplete", BOOL, only=V4),
    ),
    names="machine",
    indexes=(
        *("Name", "Params", "Address", "BootEnv", "Profiles", "Runnable", "Stage", "Uuid"),
        *("Workflow", "WorkflowComplete", "Pool", "PoolAllocated", "PoolStatus"),
    ),
)
_PARAM = ObjectType(
    "params",
    "Param",
    "Name",
    (*HEAD, NAME, *TEXTS, Field("Secure", BOOL), Field("Schema", ANYTHING)),
    names="param",
    indexes=("Name", "Secure"),
)
_STAGE = ObjectType(
    "stages",
    "Stage",
    "Name",
    (
        *HEAD,
        PARTIAL,
        NAME,
        *TEXTS,
        TEMPLATES,
        *REQUIRES,
        PARAMS,
        Field("BootEnv", STRING),
        Field("Tasks", STRINGS),
        Field("Profiles", STRINGS),
        Field("Reboot", BOOL),
        Field("RunnerWait", BOOL),
    ),
    indexes=("Name", "BootEnv", "Params", "Profiles", "Reboot"),
)
_WORKFLOW = ObjectType(
    "workflows",
    "Workflow",
    "Name",
    (*HEAD, NAME, *TEXTS, Field("Stages", STRINGS)),
    indexes=("Name",),
)
_TASK = ObjectType(
    "tasks",
    "Task",
    "Name",
    (
        *HEAD,
        NAME,
        *TEXTS,
        TEMPLATES,
        *REQUIRES,
        Field("Prerequisites", STRINGS),
        Field("ExtraRoles", STRINGS, only=V4, omit_empty=True),
        Field("ExtraClaims", ListOf(CLAIM), only=V4, omit_empty=True),
    ),
    indexes=("Name",),
)
_TEMPLATE = ObjectType(
    "templates",
    "Template",
    "ID",
    (*HEAD, Field("ID", STRING), Field("Description", STRING), Field("Contents", STRING)),
    names="template",
    indexes=("ID",),
)
_BOOTENV = ObjectType(
    "bootenvs",
    "BootEnv",
    "Name",
    (
        *HEAD,
        NAME,
        *TEXTS,
        Field("OS", OS),
        TEMPLATES,
        Field("Kernel", STRING),
        Field("Initrds", STRINGS),
        Field("BootParams", STRING),
        *REQUIRES,
        Field("OnlyUnknown", BOOL),
        Field("Loaders", MapOf(STRING, "map[string]string"), only=V4),
    ),
    indexes=("Name", "OnlyUnknown"),
)
_USER = ObjectType(
    "users",
    "User",
    "Name",
    (
        *HEAD,
        NAME,
        Field("Description", STRING),
        Field("Secret", STRING),
        Field("Roles", STRINGS),
    ),
    names="user",
    indexes=("Name",),
)
_ROLE = ObjectType(
    "roles",
    "Role",
    "Name",
    (*HEAD, NAME, Field("Claims", ListOf(CLAIM)), *TEXTS),
    indexes=("Name",),
)
_JOB = ObjectType(
    "jobs",
    "Job",
    "Uuid",
    (
        *HEAD,
        *(Field(name, UUID) for name in ("Uuid", "Previous", "Machine")),
        *(Field("Task", STRING), Field("Stage", STRING)),
        Field("Context", STRING, only=V4),
        *(Field("State", STRING), Field("ExitState", STRING)),
        *(Field("StartTime", TIME), Field("EndTime", TIME)),
        *(Field("Archived", BOOL), Field("Current", BOOL)),
        *(Field("CurrentIndex", INTEGER), Field("NextIndex", INTEGER)),
        *(Field("Workflow", STRING), Field("BootEnv", STRING)),
        Field("ExtraClaims", ListOf(CLAIM), only=V4, omit_empty=True),
        Field("Token", STRING, only=V4, omit_empty=True),
    ),
    names="none",
    indexes=(
        *("Uuid", "Previous", "Machine", "Task", "Stage", "State", "Workflow", "BootEnv"),
        *("StartTime", "EndTime", "Archived", "Current"),
    ),
    owner="Machine",
)
_POOL = ObjectType(
    "pools",
    "Pool",
    "Id",
    (
        *HEAD,
        Field("Id", STRING),
        *(Field(field.name, STRING, omit_empty=True) for field in TEXTS),
        Field("ParentPool", STRING, omit_empty=True),
        *(Field(name, POOL_ACTION, omit_empty=True) for name in _POOL_ACTIONS),
        Field("AutoFill", AUTO_FILL, omit_empty=True),
    ),
    only=V4,
)

_TYPES = (
    *(_PROFILE, _MACHINE, _PARAM, _STAGE, _WORKFLOW, _TASK),
    *(_TEMPLATE, _BOOTENV, _USER, _ROLE, _POOL, _JOB),
)


@cache
def object_types(dialect: Dialect) -> dict[str, ObjectType]:
    """Return the types this dialect serves, by prefix, in alphabetical order."""
    served = (kind for kind in _TYPES if kind.only in ("", dialect.name))
    return {kind.prefix: kind for kind in sorted(served, key=lambda kind: kind.prefix)}
