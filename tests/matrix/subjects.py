"""All resource types of the matrix, some of them in several situations."""

from tests.matrix import machines, objects
from tests.matrix.subject import Subject

SUBJECTS: tuple[Subject, ...] = (
    objects.Profile(),
    objects.UnmarkedProfile(),
    objects.AdoptedProfile(),
    objects.Cluster(),
    objects.Param(),
    objects.Pack(),
    objects.UnmarkedPack(),
    machines.ClusterAtWork(),
    machines.Assignment(),
    machines.AssignmentOfAStoppedMachine(),
    machines.Settings(),
    machines.Workflow(),
    machines.ClusterWorkflow(),
    machines.DrainedWorkflow(),
    machines.Ready(),
)
