"""The structured values inside objects: templates, claims, pool actions and the like."""

from drp_emulator.wire.go_types import (
    ANY_MAP,
    ANYTHING,
    BOOL,
    INTEGER,
    STRING,
    STRINGS,
    Field,
    ListOf,
    MapOf,
    Scalar,
    Struct,
)

TIME = Scalar("time.Time", str, "0001-01-01T00:00:00Z")

TEMPLATES = Field(
    "Templates",
    ListOf(
        Struct(
            "models.TemplateInfo",
            (
                Field("Name", STRING),
                Field("Path", STRING),
                Field("ID", STRING),
                Field("Contents", STRING),
                Field("Meta", MapOf(STRING, "map[string]string"), omit_empty=True),
            ),
        )
    ),
)
REQUIRES = (Field("RequiredParams", STRINGS), Field("OptionalParams", STRINGS))
_OS_FIELDS = ("Name", "Family", "Codename", "Version", "IsoFile", "IsoSha256", "IsoUrl")
OS = Struct(
    "models.OsInfo",
    (
        *(Field(name, STRING) for name in _OS_FIELDS),
        Field("SupportedArchitectures", MapOf(ANYTHING, "map[string]models.ArchInfo")),
    ),
)
# The embedded profile of old machines: deprecated, always empty, with real nulls inside.
OLD_PROFILE = {
    "Validated": False,
    "Available": False,
    "Errors": None,
    "ReadOnly": False,
    "Meta": None,
    "Endpoint": "",
    "Bundle": "",
    "Partial": False,
    "Name": "",
    "Description": "",
    "Documentation": "",
    "Params": None,
}
FINGERPRINT = Struct(
    "models.MachineFingerprint",
    (
        Field("SSNHash", STRING),
        Field("CSNHash", STRING),
        Field("CloudInstanceID", STRING),
        Field("SystemUUID", STRING),
        Field("MemoryIds", STRINGS),
    ),
)
ERROR_STACK = Struct("models.TaskStack", (Field("CurrentTask", INTEGER), Field("TaskList", STRINGS)))
CLAIM = Struct("models.Claim", (Field("scope", STRING), Field("action", STRING), Field("specific", STRING)))
POOL_ACTION = Struct(
    "models.PoolTransitionActions",
    (
        Field("Workflow", STRING, omit_empty=True),
        Field("AddProfiles", STRINGS, omit_empty=True),
        Field("AddParameters", ANY_MAP, omit_empty=True),
        Field("RemoveProfiles", STRINGS, omit_empty=True),
        Field("RemoveParameters", STRINGS, omit_empty=True),
    ),
)
AUTO_FILL = Struct(
    "models.PoolAutoFill",
    (
        Field("UseAutoFill", BOOL, omit_empty=True),
        Field("MinFree", INTEGER, omit_empty=True),
        Field("MaxFree", INTEGER, omit_empty=True),
        Field("CreateParameters", ANY_MAP, omit_empty=True),
        Field("AcquirePool", STRING, omit_empty=True),
        Field("ReturnPool", STRING, omit_empty=True),
    ),
)
