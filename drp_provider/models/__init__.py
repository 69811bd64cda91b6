"""What DRP documents look like and what a program may declare of them. Data only: no I/O, no Pulumi."""
